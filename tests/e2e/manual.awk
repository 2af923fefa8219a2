# What the manual pages and the sources that they describe name, one a line.
# usage: awk -v what=WHAT -f manual.awk FILE
# WHAT: examples (of a page; each as "command<TAB>text" or, for a display, as
# "display<TAB>file", which is written to -v to=FOLDER), statements (of the page
# smtpban.conf.5), grammar (of conf.y), commands (of smtpbanctl.8).

function plain(text)
{
	gsub(/\\&/, "", text)
	gsub(/\\\(dq/, "\"", text)
	gsub(/\\e/, "\\", text)
	gsub(/\\-/, "-", text)
	return text
}

# Words of the grammar as they are, "*" for a value, "{*}" for a list.
function item(n, word,    i, out, mode, mark)
{
	for (i = 2; i <= n; i++) {
		if (word[i] == "Ic" || word[i] == "Ar" || word[i] == "Cm") {
			mode = word[i]
			continue
		}
		mark = mode == "Ar" && word[i] != "|" ? "*" : word[i]
		if (word[i] == "Brq") {
			mark = "{*}"
			while (i < n && word[i + 1] != "Ic")
				i++
		}
		out = out (out == "" ? "" : " ") mark
	}
	return out
}

# "a b | c" is "a b" and "a c".
function alternatives(text,    part, n, i, head)
{
	n = split(text, part, / \| /)
	print part[1]
	head = part[1]
	sub(/[^ ]*$/, "", head)
	for (i = 2; i <= n; i++)
		print head part[i]
}

/^\.Sh / { section = $0; sub(/^\.Sh /, "", section); inside = 0 }

what == "examples" && section == "EXAMPLES" && /^\.Dl / {
	sub(/^\.Dl /, "")
	print "command\t" plain($0)
}
what == "examples" && section == "EXAMPLES" && /^\.Ed/ { inside = 0 }
what == "examples" && section == "EXAMPLES" && inside { print plain($0) >file }
what == "examples" && section == "EXAMPLES" && /^\.Bd -literal/ {
	inside = 1
	file = to "/display." ++displays
	printf "" >file
	print "display\t" file
}

what == "statements" && /^\.It Ic / {
	n = split($0, word, " ")
	alternatives(item(n, word))
}

what == "commands" && (/^\.It Ic / || xo) {
	name = $0
	sub(/^(\.It )?\.?Ic /, "", name)
	sub(/ .*/, "", name)
	print name
}
what == "commands" { xo = /^\.It Xo/ }

# Of the grammar: what is between the first two %%, without its actions.
what == "grammar" && /^%token/ {
	for (i = 2; i < NF; i += 2)
		if ($(i + 1) ~ /^"[a-z0-9]+"$/)
			text[$i] = substr($(i + 1), 2, length($(i + 1)) - 2)
}
what == "grammar" && /^%%/ { rules++ }
what == "grammar" && /^categories:/ { rules = 0 }
what == "grammar" && rules == 1 && !/^%%/ && !/^\/\*/ {
	gsub(/'{'/, "OPEN")
	gsub(/'}'/, "CLOSE")
	all = all " " $0
}
END {
	if (what != "grammar")
		exit
	while (match(all, /{[^{}]*}/))
		all = substr(all, 1, RSTART - 1) substr(all, RSTART + RLENGTH)
	gsub(/[a-z]+:/, "|", all)
	n = split(all, rule, /[|;]/)
	for (i = 1; i <= n; i++) {
		m = split(rule[i], word, " ")
		if (!(word[1] in text) || word[1] == "EOF")
			continue
		out = ""
		for (k = 1; k <= m; k++) {
			mark = word[k] in text ? text[word[k]] : "*"
			if (word[k] == "OPEN") {
				mark = "{*}"
				while (word[k] != "CLOSE")
					k++
			}
			out = out (out == "" ? "" : " ") mark
		}
		print out
	}
}
