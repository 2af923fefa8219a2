foreach(module scan_compare scan_explain scan_play scan_progress scan_read
	scan_set)
	smtpban_unit(${module})
	target_link_libraries(test_${module} smtpban-ctl)
endforeach()
foreach(module scan scan_compare scan_explain)
	target_sources(test_${module} PRIVATE unit/scan_rig.c)
endforeach()
