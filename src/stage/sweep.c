#include "stage/sweep.h"

#include <stdlib.h>

const struct word durability_words[] = {
    { "process", DURABILITY_PROCESS },
    { "power", DURABILITY_POWER },
    { NULL, 0 },
};

void need_question_free(struct need_question *need)
{
    for (size_t f = 0; f < need->field_count; f++) {
        const struct need_field *field = &need->fields[f];

        for (size_t p = 0; p < field->place_count; p++)
            free(field->places[p]);
        free(field->label);
    }
    need->field_count = 0;
}

void sweep_free(struct sweep *sweep)
{
    free(sweep->file);
    free(sweep->text);
    free(sweep->title);
    need_question_free(&sweep->need);
    space_free(&sweep->space);
    *sweep = (struct sweep){ 0 };
}
