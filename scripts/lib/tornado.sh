# Sourced. TornadoVM is an installed SDK; this project only ever asks for one.

# Leaves the SDK's folder in $tornado_sdk, empty if there is none.
find_tornado() {
  tornado_sdk=${TORNADOVM_HOME:-$HOME/.sdkman/candidates/tornadovm/current}
  if [ -f "$tornado_sdk/tornado-argfile" ]; then
    tornado_sdk=$(CDPATH='' cd -- "$tornado_sdk" && pwd -P)
  else
    tornado_sdk=
  fi
}

# NVIDIA's OpenCL compiler takes over the signals by which a JVM stops its threads, and crashes it
# when another thread computes meanwhile; the JDK's own library for that keeps them apart.
chain_signals() {
  if [ -f "$jdk_home/lib/libjsig.so" ]; then
    export LD_PRELOAD="$jdk_home/lib/libjsig.so${LD_PRELOAD:+:$LD_PRELOAD}"
  fi
}

# A build with the SDK leaves classes and a list of services that one without it must not find.
forget_other_sdk() {
  mkdir -p "$root/target"
  { IFS= read -r compiled_sdk <"$root/target/tornado-sdk"; } 2>/dev/null || compiled_sdk=unknown
  if [ "$compiled_sdk" != "$tornado_sdk" ]; then
    rm -rf "$root/target/classes" "$root/target/test-classes" "$root/target/maven-status"
    echo "$tornado_sdk" >"$root/target/tornado-sdk"
  fi
}

# Whether a command may use TornadoVM's devices: the JVM starts faster without.
wants_tornado() {
  [ -n "$tornado_sdk" ] || return 1
  computes=
  wanted=
  previous=
  for word in "$@"; do
    case $word in
      devices | run | verify | bench | trace | tune) computes=yes ;;
      --devices=*) wanted=$wanted,${word#*=} ;;
    esac
    if [ "$previous" = --devices ]; then
      wanted=$wanted,$word
    fi
    previous=$word
  done
  [ -n "$computes" ] || return 1
  case $wanted in
    '' | *,[!c]* | *,cu*) return 0 ;;
    *) return 1 ;;
  esac
}
