/* How functions report failure.  The status says what kind of thing went wrong; the text
 * says where, and what would be right.  error_set fills in the text and returns the status,
 * so that a failure takes one statement.  Only main prints the text and turns the status
 * into an exit code. */
#ifndef NVSWEEP_BASE_ERROR_H
#define NVSWEEP_BASE_ERROR_H

enum status {
    STATUS_OK,
    STATUS_INFEASIBLE, /* a design that cannot be built: a result, not an error */
    STATUS_RECORDED,   /* the run ended, with model failures recorded in the file */
    STATUS_RUNNING,    /* another process is doing the work: ask again later */
    STATUS_RESUME,     /* the run stopped cleanly: the same command continues it */
    STATUS_INPUT,      /* the user's files or arguments are wrong */
    STATUS_IO,         /* the system refused: disk, network, permissions */
};

struct error {
    char text[1024];
};

/* Formats the message into err and returns status.  The message becomes one line: it is cut
 * to the size of err->text, and control characters become spaces.  err may be NULL if the
 * caller does not need the message. */
enum status error_set(struct error *err, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Returns the exit code of a status: 0 done, 1 failures recorded or a system call failed,
 * 2 bad input, 3 still running, 75 stopped and can be continued (EX_TEMPFAIL). */
int status_exit_code(enum status status);

#endif
