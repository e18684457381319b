# Sourced. Java takes names of files in the locale's encoding. That of the C locale, which containers
# and batch systems start programs in, has no letters beyond ASCII.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in
  C | POSIX) export LC_ALL=C.UTF-8 ;;
esac
