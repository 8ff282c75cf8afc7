/* Linked into programs built with SANITIZE=1: what LeakSanitizer has to know of the
 * libraries. */

const char *__lsan_default_options(void);
const char *__lsan_default_suppressions(void);
int dlclose(void *handle);

/* The tracer dies of thread-local blocks of Open MPI's plugins (glibc 2.36, gcc 12). */
const char *__lsan_default_options(void)
{
    return "use_tls=0:print_suppressions=0";
}

/* Libraries that keep what they allocate until the process ends. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libmpi.so\n"
           "leak:libopen-pal.so\n"
           "leak:libopen-rte.so\n"
           "leak:libpmix.so\n"
           "leak:libevent\n"
           "leak:libhwloc\n"
           "leak:mca_\n"
           "leak:libucs\n"
           "leak:libhdf5\n"
           "leak:libfabric\n"
           "leak:add_to_global_resize\n" /* of dlopen */
           "leak:vasprintf\n"; /* no frame of the caller; nothing here calls it */
}

/* Plugins stay: the leaks of one that is gone have no name to be suppressed by. */
int dlclose(void *handle)
{
    (void)handle;
    return 0;
}
