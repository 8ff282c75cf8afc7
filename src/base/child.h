/* What a child process that works for its parent does first. */
#ifndef NVSWEEP_BASE_CHILD_H
#define NVSWEEP_BASE_CHILD_H

#include <sys/types.h>

/* Called in the child after fork().  `parent` is the parent's process id, taken before.
 *  - The child dies when its parent does (where Linux can tell).
 *  - It is in a process group of its own and ignores requests to stop: what is meant for
 *    the run reaches the parent, who decides.  A crash still ends it.
 *  - It holds none of the parent's files, and so none of its locks.
 *  - It leaves no core file. */
void child_begin(pid_t parent);

#endif
