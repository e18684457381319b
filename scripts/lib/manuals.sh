# Sourced, with $root and $jdk_home set. Manual pages and completion, made from the commands.

# Leaves them in target/manuals.
make_manuals() (
  cd "$root"
  find_tornado
  forget_other_sdk
  export JAVA_HOME="$jdk_home"
  set -- ${tornado_sdk:+"-Dtornado.sdk=$tornado_sdk"} -q -B -Pmanuals -Dmaven.test.skip=true \
    -Dspotless.check.skip=true prepare-package
  mvn -o "$@" >/dev/null 2>&1 || mvn "$@"
)

# Copies them from a folder into a prefix such as /usr/local.
install_manuals() {
  mkdir -p "$2/share/man/man1" "$2/share/bash-completion/completions"
  cp "$1"/man1/*.1 "$2/share/man/man1/"
  cp "$1/ringflash.bash" "$2/share/bash-completion/completions/ringflash"
}
