# Sourced, with $root set. Keeps a copy of the program in target/app: Maven may rewrite its own jar
# while a program started from this one still runs.

app=$root/target/app
jar=$app/ringflash.jar
class_archive=$app/ringflash.jsa
lock=$app/lock

# What the program was built with: a TornadoVM SDK's folder, or an empty line.
built_with=$app/tornado-sdk

# Tensors live outside the heap: a small young generation keeps the process close to their size.
JVM_OPTIONS='--add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Xmn32m'
COLLECTOR=-XX:+UseSerialGC

is_stale() {
  [ ! -f "$jar" ] || built_with_other_sdk ||
    [ -n "$(find "$root/pom.xml" "$root/src/main" "$root/tornado-tasks" \
      -newer "$app/stamp" -print 2>/dev/null | head -n 1)" ]
}

built_with_other_sdk() {
  { IFS= read -r previous_sdk <"$built_with"; } 2>/dev/null || return 0
  [ "$previous_sdk" != "$tornado_sdk" ]
}

# Builds unless another process just did; one at a time.
build() (
  mkdir -p "$app" || fail "cannot write to $app"
  lock_build
  trap unlock_build EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if is_stale; then
    command -v mvn >/dev/null || fail 'needs Maven to build and found no mvn: install it (Debian: apt-get install maven)'
    echo "ringflash: building, log in $app/build.log" >&2
    : >"$app/stamp.new"
    maven_package >"$app/build.log" 2>&1 || fail "the build failed, see $app/build.log"
    cp "$root/target/ringflash.jar" "$app/jar.new"
    mv -f "$app/jar.new" "$jar"
    mv -f "$app/stamp.new" "$app/stamp"
    echo "$tornado_sdk" >"$built_with"
    archive_classes >>"$app/build.log" 2>&1 || echo "ringflash: note: no class archive, starts are slower" >&2
  fi
)

# The lock is a link to host and number of the process that holds it: made in one step, and seen to be
# left over when that process is gone.
lock_build() {
  me=$(uname -n):$$
  waited=0
  take "$lock"
}

unlock_build() {
  [ "$(readlink "$lock")" != "$me" ] || rm -f "$lock"
}

take() {
  until ln -s "$me" "$1" 2>/dev/null; do
    if is_left_over "$1"; then
      remove_left_over "$1"
    else
      [ -n "$holder" ] || [ -w "$app" ] || fail "cannot write to $app"
      wait_for_holder "$1"
    fi
  done
}

# Only its own host can tell that a process is gone. A number without a host is of a version that said
# none, and this process's own name was left by an earlier one with its number.
is_left_over() {
  holder=$(readlink "$1") || return 1
  case $holder in
    "$me") return 0 ;;
    "${me%:*}":*) ;;
    *:*) return 1 ;;
  esac
  # It may have given the lock back just before it ended.
  ! is_running "${holder##*:}" && [ "$(readlink "$1")" = "$holder" ]
}

# kill fails for a process of another user, too. Linux shows that one in /proc; others have a ps with -p.
is_running() {
  kill -0 "$1" 2>/dev/null || [ -d "/proc/$1" ] || ps -p "$1" >/dev/null 2>&1
}

# One process at a time, which looks again: another may have removed it, and a third hold the lock now.
remove_left_over() {
  take "$1.break"
  if is_left_over "$1"; then
    rm -f "$1"
  fi
  rm -f "$1.break"
}

wait_for_holder() {
  sleep 1
  waited=$((waited + 1))
  if [ "$waited" -eq 5 ]; then
    echo "ringflash: waiting for ${holder:-another process} to build; if it no longer runs, remove $1" >&2
  fi
}

maven_package() {
  cd "$root"
  forget_other_sdk
  export JAVA_HOME="$jdk_home"
  set -- ${tornado_sdk:+"-Dtornado.sdk=$tornado_sdk"} "-Dbuild.commit=$(build_commit)" -q -B -Dmaven.test.skip=true -Dspotless.check.skip=true package
  mvn -o "$@" || mvn "$@"
}

# What the version says of the sources, such as +4f52e56; nothing where git does not know them.
build_commit() {
  git -C "$root" describe --always --dirty --exclude='*' 2>/dev/null | sed 's/^/+/' || true
}

# Class-data sharing: about a fifth of the time of a short run. The training run is a process of its
# own: as one of mpirun's it would wait for the others, and they wait for this build.
archive_classes() (
  unset OMPI_COMM_WORLD_SIZE OMPI_COMM_WORLD_LOCAL_SIZE PMI_SIZE PMI_RANK
  training=$app/training.npy
  {
    printf '\223NUMPY\001\000v\000%-117s\n' \
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1), }"
    printf '\000\000\200?'
  } >"$training"
  launch -XX:DumpLoadedClassList="$app/classes.lst" -jar "$jar" run --q "$training" \
    --k "$training" --v "$training" --out "$training.npy" --devices cpu:0,cpu:1 &&
    launch -Xshare:dump -XX:SharedClassListFile="$app/classes.lst" \
      -XX:SharedArchiveFile="$class_archive.new" -jar "$jar" &&
    mv -f "$class_archive.new" "$class_archive"
)

launch() {
  # shellcheck disable=SC2086 # options are words
  "$jdk_home/bin/java" $JVM_OPTIONS $COLLECTOR "$@"
}

fail() {
  echo "ringflash: $1" >&2
  exit 1
}
