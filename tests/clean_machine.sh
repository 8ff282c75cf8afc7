#!/usr/bin/env bash
# clean_machine.sh [ROOT]: does the README's promise hold on a fresh Debian 12?  As root: makes a
# minimal system under ROOT (a new folder; debootstrap is installed when missing), with gcc,
# make, git and sudo only, clones this repository's HEAD into it twice, and runs `make run` and
# `make test` in one clone as root, in the other as a user who may use sudo.  Needs the network
# for packages, 4 GB of disk and about half an hour; AS=root or AS=user does one half, TARGETS=run less
set -eu
[ "$(id -u)" -eq 0 ] || { echo "run this as root: it makes a system to chroot into" >&2; exit 2; }
repository=$(cd "$(dirname "$0")/.." && pwd)
root=${1:-$(mktemp -d /var/tmp/nvsweep-clean-XXXXXX)}
mirror=${MIRROR:-$(sed -n 's/^deb \(\[[^]]*\] \)\?\(http[^ ]*\) bookworm .*/\2/p; s/^URIs: *\(http[^ ]*debian\/\?\).*/\1/p' \
    /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)}
"$repository/.ci/deps" debootstrap

inside() { # user, command...
    local user=$1
    shift
    chroot "$root" /usr/bin/env -i HOME="$(chroot "$root" getent passwd "$user" | cut -d: -f6)" \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        USER="$user" setpriv --reuid "$user" --regid "$user" --init-groups \
        bash -c "$*" </dev/null
}

mkdir -p "$root"
chmod 755 "$root" # a folder of mktemp is its owner's alone; the user must enter it
mounts=(proc sys dev dev/shm dev/pts)
unmount() {
    for ((i = ${#mounts[@]} - 1; i >= 0; i--)); do
        umount "$root/${mounts[i]}" 2>/dev/null || true
    done
}
trap unmount EXIT

if [ ! -e "$root/etc/debian_version" ]; then
    debootstrap --variant=minbase --include=gcc,libc6-dev,make,git,sudo,ca-certificates \
        bookworm "$root" "${mirror:-http://deb.debian.org/debian}" >"$root.log" ||
        { tail "$root.log" >&2; exit 1; }
fi
# A host that does not know its own name costs every MPI program seconds of asking around.
cp /etc/resolv.conf /etc/hosts "$root/etc/"
cp /etc/apt/apt.conf.d/*proxy* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
[ -z "${http_proxy:-}" ] ||
    echo "Acquire::http::Proxy \"$http_proxy\";" >"$root/etc/apt/apt.conf.d/99proxy"
mount -t proc proc "$root/proc"
mount -t sysfs sys "$root/sys"
mount --bind /dev "$root/dev"
mount --bind /dev/shm "$root/dev/shm"
mount --bind /dev/pts "$root/dev/pts"

failures=0
half() { # user, folder
    local user=$1 folder=$2 start=$SECONDS
    rm -rf "${root:?}$folder"
    git clone -q "$repository" "$root$folder"
    chroot "$root" chown -R "$user:$user" "$folder"
    for target in ${TARGETS:-run test}; do
        if inside "$user" "cd $folder && make $target" >"$root$folder.$target.log" 2>&1; then
            echo "ok     make $target as $user ($((SECONDS - start)) s so far)"
        else
            echo "FAILED: make $target as $user; the end of $root$folder.$target.log:"
            tail -n 40 "$root$folder.$target.log"
            failures=$((failures + 1))
        fi
    done
}

if [ "${AS:-root}" = root ]; then
    half root /root/nvsweep
fi
if [ "${AS:-user}" = user ]; then
    chroot "$root" id engineer >/dev/null 2>&1 || chroot "$root" useradd -m -s /bin/bash engineer
    echo "engineer ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/engineer"
    half engineer /home/engineer/nvsweep
fi
[ "$failures" -eq 0 ] && echo "a clean machine: all as promised"
exit "$((failures > 0))"
