#!/bin/sh
# run.sh [-s SDK] ARGUMENTS...              the ringflash command
# run.sh [-s SDK] -c CLASS ARGUMENTS...     another main class
# SDK is a folder of sdk/; JVM_FLAGS may add flags.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
# shellcheck disable=SC2012 # names of backends
sdk=$(ls "$here/sdk" | head -n 1)
class=io.ringflash.cli.RingFlashCommand
while getopts s:c: option; do
  case $option in
    s) sdk=$OPTARG ;;
    c) class=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
flags=$(mktemp)
trap 'rm -f "$flags"' EXIT
sed "s#\${TORNADOVM_HOME}#$here/sdk/$sdk#g" "$here/sdk/$sdk/tornado-argfile.template" >"$flags"
# NVIDIA's OpenCL compiler and the JVM want the same signals.
LD_PRELOAD=$here/jdk/lib/libjsig.so${LD_PRELOAD:+:$LD_PRELOAD}
export LD_PRELOAD
# shellcheck disable=SC2086 # flags are words
"$here/jdk/bin/java" @"$flags" -Dtornado.recover.bailout=False --add-modules jdk.incubator.vector \
  --enable-native-access=ALL-UNNAMED ${JVM_FLAGS:-} -cp "$here/lib/tests:$here/lib/*" "$class" "$@"
