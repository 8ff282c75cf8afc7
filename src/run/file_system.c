#include "run/file_system.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/vfs.h>

const struct word run_io_words[] = {
    { "auto", RUN_IO_AUTO },
    { "local", RUN_IO_LOCAL },
    { "root", RUN_IO_ROOT },
    { NULL, 0 },
};

/* Numbers from statfs(2), linux/magic.h and the sources of the file systems. */
static const struct {
    uint32_t type;
    const char *name;
    enum file_sharing sharing;
} types[] = {
    { 0x0000EF53, "ext4", FILE_SHARING_NODE },
    { 0x58465342, "xfs", FILE_SHARING_NODE },
    { 0x9123683E, "btrfs", FILE_SHARING_NODE },
    { 0x2FC12FC1, "zfs", FILE_SHARING_NODE },
    { 0xF2F52010, "f2fs", FILE_SHARING_NODE },
    { 0xCA451A4E, "bcachefs", FILE_SHARING_NODE },
    { 0x01021994, "tmpfs", FILE_SHARING_NODE },
    { 0x858458F6, "ramfs", FILE_SHARING_NODE },
    { 0x794C7630, "overlayfs", FILE_SHARING_NODE },
    { 0x3153464A, "jfs", FILE_SHARING_NODE },
    { 0x52654973, "reiserfs", FILE_SHARING_NODE },
    { 0x0BD00BD0, "lustre", FILE_SHARING_CLUSTER },
    { 0x47504653, "gpfs", FILE_SHARING_CLUSTER },
    { 0x00C36400, "cephfs", FILE_SHARING_CLUSTER },
    { 0x19830326, "beegfs", FILE_SHARING_CLUSTER },
    { 0x01161970, "gfs2", FILE_SHARING_CLUSTER },
    { 0x7461636F, "ocfs2", FILE_SHARING_CLUSTER },
    { 0x00006969, "nfs", FILE_SHARING_UNSAFE },
    { 0x0000517B, "smb", FILE_SHARING_UNSAFE },
    { 0xFF534D42, "cifs", FILE_SHARING_UNSAFE },
    { 0xFE534D42, "smb2", FILE_SHARING_UNSAFE },
    { 0x01021997, "9p", FILE_SHARING_UNSAFE },
    { 0x5346414F, "afs", FILE_SHARING_UNSAFE },
    { 0x6B414653, "afs", FILE_SHARING_UNSAFE },
    { 0x73757245, "coda", FILE_SHARING_UNSAFE },
    { 0x65735546, "fuse", FILE_SHARING_UNSAFE }, /* the real file system is hidden */
    { 0x00C0FFEE, "hostfs", FILE_SHARING_UNSAFE },
};

struct file_system file_system_of_type(unsigned long type)
{
    struct file_system found = { .sharing = FILE_SHARING_UNSAFE };

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].type == (uint32_t)type) {
            snprintf(found.name, sizeof found.name, "%s", types[i].name);
            found.sharing = types[i].sharing;
            return found;
        }
    snprintf(found.name, sizeof found.name, "0x%lx", type & UINT32_MAX);
    return found;
}

struct file_system file_system_of(int fd)
{
    struct statfs about;

    if (fstatfs(fd, &about))
        return (struct file_system){ "unknown", FILE_SHARING_UNSAFE };
    return file_system_of_type((unsigned long)about.f_type);
}

enum run_io run_io_choose(enum file_sharing sharing, int ranks, bool is_one_node,
                          double write_bytes)
{
    if (ranks == 1)
        return RUN_IO_LOCAL;
    if (sharing == FILE_SHARING_CLUSTER)
        return is_one_node || write_bytes >= RUN_IO_SHARED_BYTES ? RUN_IO_LOCAL
                                                                 : RUN_IO_ROOT;
    /* A disk of one node: the other nodes do not see the file at all. */
    return sharing == FILE_SHARING_NODE && is_one_node ? RUN_IO_LOCAL : RUN_IO_ROOT;
}
