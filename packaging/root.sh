# root.sh: sourced by tests that make a system in $root and chroot into it.
mirror=${MIRROR:-http://deb.debian.org/debian}

mounted() { mountpoint -q "$root/$1"; }
enter() {
    mounted proc || mount -t proc proc "$root/proc"
    mounted dev || mount --bind /dev "$root/dev"
    mounted sys || mount --bind /sys "$root/sys"
    mounted dev/shm || mount --bind /dev/shm "$root/dev/shm"
}
leave() {
    local at
    for at in dev/shm dev sys proc; do ! mounted $at || umount "$root/$at"; done
}

root_make() { # PACKAGE...: a minimal Debian in $root with these; what was said is in $root.log
    mkdir -p "$root" && chmod 755 "$root"
    debootstrap --variant=minbase bookworm "$root" "$mirror" >"$root.log" 2>&1 ||
        { tail "$root.log" >&2; return 1; }
    cp /etc/resolv.conf /etc/hosts "$root/etc/"
    enter
    chroot "$root" env DEBIAN_FRONTEND=noninteractive bash -euc \
        'apt-get update && apt-get install -y --no-install-recommends "$@"' - "$@" >>"$root.log" 2>&1 ||
        { tail "$root.log" >&2; return 1; }
}
