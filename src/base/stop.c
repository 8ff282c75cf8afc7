#include "base/stop.h"

atomic_int stop_flag;

void stop_want(bool is_wanted)
{
    atomic_store(&stop_flag, is_wanted);
}
