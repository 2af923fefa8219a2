# Warnings, hardening and sanitizers, for every target alike.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(SMTPBAN_WERROR "warnings are errors" OFF)
set(SMTPBAN_SANITIZE "" CACHE STRING "sanitizers, as in -fsanitize=")

include(CheckPIESupported)
check_pie_supported()

add_compile_definitions(_GNU_SOURCE)
# Callbacks share a signature: not each needs all of it.
add_compile_options(-Wall -Wextra -Wno-unused-parameter -Wformat=2 -Wshadow -Wstrict-prototypes
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith
	-Wcast-align -Wundef -Wvla -Wwrite-strings -Wimplicit-fallthrough
	-fstack-protector-strong -fno-strict-aliasing)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
	add_compile_options(-fstack-clash-protection -fcf-protection)
endif()
if(SMTPBAN_WERROR)
	add_compile_options(-Werror)
endif()
if(SMTPBAN_SANITIZE)
	add_compile_options(-fsanitize=${SMTPBAN_SANITIZE}
		-fno-sanitize-recover=all -fno-omit-frame-pointer)
	add_link_options(-fsanitize=${SMTPBAN_SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
	add_compile_definitions(_FORTIFY_SOURCE=2)
endif()
add_link_options(-Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
