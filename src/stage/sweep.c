#include "stage/sweep.h"

#include <stdlib.h>

const struct word durability_words[] = {
    { "process", DURABILITY_PROCESS },
    { "power", DURABILITY_POWER },
    { NULL, 0 },
};

void sweep_free(struct sweep *sweep)
{
    free(sweep->file);
    free(sweep->text);
    free(sweep->title);
    space_free(&sweep->space);
    *sweep = (struct sweep){ 0 };
}
