#!/bin/sh
# run.sh [-s SDK] ARGUMENTS...              the ringflash command
# run.sh [-s SDK] -c CLASS ARGUMENTS...     another main class
# SDK is a folder of sdk/; JVM_FLAGS may add flags.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
. "$here/locale.sh"
# shellcheck disable=SC2012 # names of backends
sdk=$(ls "$here/sdk" | head -n 1)
class=io.ringflash.cli.RingFlashCommand
while :; do
  case ${1:-} in
    -s) sdk=${2:?$1 needs a value} ;;
    -c) class=${2:?$1 needs a value} ;;
    *) break ;;
  esac
  shift 2
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# In quotes of java's argument files, and all that for sed.
tornado_sdk=$(printf '%s\n' "$here/sdk/$sdk" | sed 's/[\\"]/\\&/g; s/.*/"&"/; s/[\\&#]/\\&/g')
sed "s#\${TORNADOVM_HOME}#$tornado_sdk#g" "$here/sdk/$sdk/tornado-argfile.template" >"$work/flags"
# NVIDIA's OpenCL compiler and the JVM want the same signals. LD_PRELOAD has no quotes for blanks.
ln -s "$here/jdk/lib/libjsig.so" "$work/"
LD_PRELOAD=$work/libjsig.so${LD_PRELOAD:+:$LD_PRELOAD}
export LD_PRELOAD
# shellcheck disable=SC2086 # flags are words
"$here/jdk/bin/java" @"$work/flags" -Dtornado.recover.bailout=False --add-modules jdk.incubator.vector \
  --enable-native-access=ALL-UNNAMED ${JVM_FLAGS:-} -cp "$here/lib/tests:$here/lib/*" "$class" "$@"
