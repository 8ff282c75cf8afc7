#include "cmd/cmd.h"

const char program_version[] = NVSWEEP_VERSION;
const char program_commit[] = NVSWEEP_COMMIT;
const bool program_is_dirty = NVSWEEP_DIRTY;
