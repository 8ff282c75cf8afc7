/* The first steps of a child process that works for its parent. */
#ifndef NVSWEEP_BASE_CHILD_H
#define NVSWEEP_BASE_CHILD_H

#include <sys/types.h>

/* To be called in the child right after fork().  `parent` is the parent's process id, read
 * before the fork.  After the call:
 *  - The kernel kills the child when its parent dies (PR_SET_PDEATHSIG, Linux only).
 *  - The child has its own process group and ignores the signals that ask it to stop.  The
 *    parent receives them and decides.  A crash (SIGSEGV, ...) still ends the child.
 *  - The child holds none of the parent's open files, and therefore none of its locks.
 *  - It leaves no core file. */
void child_begin(pid_t parent);

#endif
