#!/bin/bash
# The first process of the lab's kernel (tests/nfs/lab): a server that exports a folder in
# memory, and two clients of it on one machine.  nosharecache gives each mount a page cache of
# its own, as on two nodes.  The root folder is the host's, read only; what has to be written
# lies in memory, and $LAB/out leads back to the host.
#
# From the kernel's command line: LAB (host folder), NFSVERS (3 or 4.2), JOB (script to run).
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
mount -t proc proc /proc
mount -t sysfs sys /sys
mountpoint -q /dev || mount -t devtmpfs dev /dev
mkdir -p /dev/shm && mount -t tmpfs -o size=1g shm /dev/shm
ln -sf /proc/self/fd /dev/fd
mount -t tmpfs -o size=3g lab /mnt
mkdir -p /mnt/{etc,run,lib,tmp,export,a,b,view,out}
cp -a /etc/. /mnt/etc/ 2>/dev/null
cp -rn "$LAB"/packages/etc/. /mnt/etc/
mount --bind /mnt/etc /etc
mount --bind /mnt/run /run
mount --bind /mnt/lib /var/lib
mkdir -p /run/rpcbind /run/lock /var/lib/nfs/v4recovery /var/lib/nfs/rpc_pipefs \
    /var/lib/nfs/sm /var/lib/nfs/sm.bak
: >/var/lib/nfs/etab
: >/var/lib/nfs/rmtab
: >>/etc/exports
grep -q ^_rpc: /etc/passwd || echo "_rpc:x:990:65534::/run/rpcbind:/usr/sbin/nologin" >>/etc/passwd
grep -q ^statd: /etc/passwd || echo "statd:x:991:65534::/var/lib/nfs:/usr/sbin/nologin" >>/etc/passwd
mount -t hostfs -o "$LAB/out" out /mnt/out
export TMPDIR=/mnt/tmp OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl_vader_single_copy_mechanism=none
# Few components: each is a library to be mapped, which is slow here.
export OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader OMPI_MCA_osc=sm OMPI_MCA_coll=basic,libnbc,self
export OMPI_MCA_mpi_yield_when_idle=1
export PATH=$LAB/packages/usr/sbin:$LAB/packages/usr/bin:$LAB/packages/sbin:$LAB/packages/bin:$PATH
export LD_LIBRARY_PATH=$LAB/packages/usr/lib/x86_64-linux-gnu:$LAB/packages/lib/x86_64-linux-gnu
hostname lab
ip link set lo up 2>/dev/null || ifconfig lo 127.0.0.1 up 2>/dev/null ||
    /usr/bin/python3 - <<'PY'
import fcntl, socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
request = struct.pack("16sH14s", b"lo", 0x1 | 0x40, b"")   # IFF_UP | IFF_RUNNING
fcntl.ioctl(s, 0x8914, request)                            # SIOCSIFFLAGS
PY
modules=/usr/lib/uml/modules/$(uname -r)
insert() { (exec -a insmod "$LAB/packages/bin/kmod" "$modules/$1") 2>/dev/null; }
module() { # name: after what it needs, which modules.dep lists with the farthest last
    local line need i
    line=$(grep "/$1\.ko:" "$modules/modules.dep") || return
    need=(${line#*:})
    for ((i = ${#need[@]} - 1; i >= 0; i--)); do insert "${need[i]}"; done
    insert "${line%%:*}"
}
for m in sunrpc nfsd nfs nfsv3 nfsv4; do module $m; done
mount -t nfsd nfsd /proc/fs/nfsd
echo 10 >/proc/fs/nfsd/nfsv4gracetime
echo 10 >/proc/fs/nfsd/nfsv4leasetime
rpcbind -w
rpc.statd --no-notify
exportfs -o rw,sync,no_root_squash,fsid=0,insecure,no_subtree_check '*:/mnt/export'
rpc.mountd
rpc.nfsd 4
echo Y >/proc/fs/nfsd/v4_end_grace
case ${NFSVERS:-4.2} in
3) options=vers=3,nosharecache from=/mnt/export ;;
*) options=vers=$NFSVERS,nosharecache from=/ ;;
esac
mount.nfs 127.0.0.1:$from /mnt/a -o $options && mount.nfs 127.0.0.1:$from /mnt/b -o $options ||
    echo "lab: cannot mount"
unset LD_LIBRARY_PATH
grep -c ' nfs4\? ' /proc/mounts | sed 's/^/mounts of NFS: /'
. "$JOB"
echo "lab: ended"
sync
echo o >/proc/sysrq-trigger
sleep 5
