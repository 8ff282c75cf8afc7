#include "cmd/prices.h"

#include "base/path.h"
#include "cmd/cmd.h"
#include "config/library.h"

#include <stdio.h>
#include <string.h>

/* The record's text field `price_date`; "" if it is empty or its kind has none. */
static const char *price_date_of(const struct schema *schema, const void *record)
{
    const struct schema *own = schema_of(schema, record);

    for (size_t i = 0; i < own->field_count; i++) {
        const struct field *field = &own->fields[i];
        const char *text;

        if (field->kind != KIND_TEXT || strcmp(field->name, "price_date") != 0)
            continue;
        memcpy(&text, (const char *)record + field->offset, sizeof text);
        return text ? text : "";
    }
    return "";
}

/* Collects the dates of all records of the library, each once. */
static size_t dates_collect(const struct library *library, const char **dates,
                            size_t most)
{
    size_t count = 0;

    for (int id = 0; id < RECORDS_COUNT; id++)
        for (size_t i = 0; i < library->tables[id].count; i++) {
            const char *date = price_date_of(record_table_schemas[id],
                                             library->tables[id].records[i]);
            bool is_new = date[0] && count < most;

            for (size_t k = 0; k < count; k++)
                is_new &= strcmp(dates[k], date) != 0;
            if (is_new)
                dates[count++] = date;
        }
    return count;
}

enum status prices_print(const struct results *results, struct error *err)
{
    struct library library = { 0 };
    const char *dates[16];
    size_t count;
    enum status status = library_load_inside(results, &library, err);

    if (status == STATUS_OK) {
        count = dates_collect(&library, dates, sizeof dates / sizeof *dates);
        printf("prices: lists of ");
        for (size_t i = 0; i < count; i++)
            printf("%s%s", i ? ", " : "", dates[i]);
        printf("%s\n", count ? "" : "unknown date");
    }
    library_free(&library);
    return status;
}
