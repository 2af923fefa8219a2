/*
 * How the report looks.  Mail clients keep what stands in the elements, so the
 * light form is there in full; the classes are for the dark form and for small
 * screens, in a style element that some clients drop.
 */
#ifndef SMTPBAN_HTML_STYLE_H
#define SMTPBAN_HTML_STYLE_H

#define STYLE_SANS                                                            \
	"font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial," \
	"sans-serif"
#define STYLE_MONO                                                \
	"font-family:ui-monospace,SFMono-Regular,Menlo,Consolas," \
	"'DejaVu Sans Mono',monospace;font-size:13px"

#define STYLE_BODY                                                        \
	"margin:0;padding:0;background:#f3f4f7;color:#1d232b;" STYLE_SANS \
	";font-size:14px;line-height:1.45;-webkit-text-size-adjust:100%"
#define STYLE_CARD                                                        \
	"width:100%;max-width:720px;background:#ffffff;border:1px solid " \
	"#e2e5ea;border-radius:10px;border-spacing:0;text-align:left"
#define STYLE_TITLE "margin:0;font-size:22px;font-weight:600;line-height:1.3"
#define STYLE_SECTION \
	"margin:30px 0 6px;font-size:15px;font-weight:600;color:#1d232b"
#define STYLE_MUTED "color:#68707d;font-size:12px"
#define STYLE_TABLE \
	"width:100%;border-spacing:0;border-collapse:collapse;font-size:14px"
#define STYLE_HEAD                                                \
	"padding:4px 14px 6px 0;border-bottom:1px solid #cfd4dc;" \
	"color:#68707d;font-size:12px;font-weight:500;vertical-align:bottom;"
#define STYLE_CELL                                                \
	"padding:7px 14px 7px 0;border-bottom:1px solid #eceef2;" \
	"vertical-align:top;"
#define STYLE_LEFT "text-align:left;overflow-wrap:anywhere"
#define STYLE_RIGHT                            \
	"text-align:right;white-space:nowrap;" \
	"font-variant-numeric:tabular-nums"

/* Beside each other in the head of the page. */
#define STYLE_TILE                                               \
	"width:25%;padding:12px 12px 12px 0;vertical-align:top;" \
	"border-top:1px solid #e2e5ea;border-bottom:1px solid #e2e5ea"
#define STYLE_FIGURE                                      \
	"font-size:26px;font-weight:600;line-height:1.2;" \
	"font-variant-numeric:tabular-nums"

/* What differs in the dark and on a telephone; c: card, m: muted text, r: a
 * line under a row, g: of a chart, k: behind a bar, w: wrong, o: all is well. */
#define STYLE_SHEET                                                       \
	"@media (prefers-color-scheme:dark){"                             \
	"body,.b{background:#14171c!important;color:#e4e7ec!important}"   \
	".c{background:#1c2027!important;border-color:#2e343e!important}" \
	".t{color:#e4e7ec!important}"                                     \
	".m{color:#98a1af!important;fill:#98a1af}"                        \
	".r{border-color:#2e343e!important}"                              \
	".g{stroke:#343b46}.k{fill:#2b313b}"                              \
	".w{color:#ff8f7d!important}.o{color:#7cc48f!important}}"         \
	"@media (max-width:560px){"                                       \
	".p{padding:18px 16px 22px!important}.s{padding:0!important}"     \
	".f{font-size:20px!important}.n{padding-right:8px!important}}"

#endif
