# Sourced. find_jdk leaves the home of a JDK of at least 25 in $jdk_home.
#
# It reads the release file that every JDK carries, so that looking costs no process; the default
# java may be older.

JDK_ADVICE='needs a JDK 25 or newer and found none: get one from https://adoptium.net (or "sdk install java 25-tem") and set JAVA_HOME'

find_jdk() {
  jdk_home=${JAVA_HOME:-}
  if is_recent_jdk "$jdk_home"; then
    return 0
  fi
  path_java=$(command -v java || true)
  if [ -h "$path_java" ]; then
    path_java=$(readlink -f "$path_java")
  fi
  for jdk_home in "${path_java%/bin/java}" /usr/lib/jvm/* /opt/java/* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if is_recent_jdk "$jdk_home"; then
      return 0
    fi
  done
  return 1
}

is_recent_jdk() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  while IFS= read -r line; do
    case $line in
      JAVA_VERSION=*)
        version=${line#*\"}
        version=${version%%[!0-9]*}
        [ "${version:-0}" -ge 25 ]
        return
        ;;
    esac
  done <"$1/release"
  return 1
}
