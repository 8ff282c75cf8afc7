# What the shell tests have in common: . "$(dirname "$0")/harness.sh"
#
# root, build, NVSWEEP: the repository, its build folder, the program, absolute; scratch: a
# folder that goes when the script ends; Open MPI runs as root, and on fewer cores than ranks.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
build=$(realpath -m "${BUILD:-$root/build}")
NVSWEEP=$(realpath -m "${NVSWEEP:-$build/nvsweep}")
export NVSWEEP BUILD=$build
# New memory holds no zeros: results that depend on what it held show.
export MALLOC_PERTURB_=165
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl_vader_single_copy_mechanism=none
# One machine: no search for networks at every start.
export OMPI_MCA_btl=self,vader,tcp OMPI_MCA_pml=ob1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

fail() { echo "FAILED: $*"; failures=$((failures + 1)); }

expect() { # exit code, pattern in the output, command...
    local code=$1 pattern=$2 output
    shift 2
    output=$(timeout 120 "$@" 2>&1)
    [ $? -eq "$code" ] || fail "exit code of: $* ($(head -c 300 <<<"$output"))"
    grep -q -- "$pattern" <<<"$output" ||
        fail "no '$pattern' from: $* ($(head -c 300 <<<"$output"))"
}

one_line() { # command...: exit code 2 and a single line on standard error
    local output
    output=$(timeout 120 "$@" 2>&1 >/dev/null)
    [ $? -eq 2 ] || fail "exit code of: $*"
    [ "$(wc -l <<<"$output")" -eq 1 ] || fail "more than one line from: $*"
}

verdict() { # words: the script's last line
    [ $failures -eq 0 ] && echo "$*"
    exit $((failures > 0))
}
