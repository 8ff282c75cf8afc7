/* Library files: the input's first word names the table, as it must in a library file;
 * inputs that name none are read as one after the other of the kinds. */
#include "fuzz.h"

#include "config/published.h"

static const struct schema *drawn_schema(const uint8_t *data, size_t size)
{
    size_t sum = size;

    for (int s = 0; s <= RECORDS_COUNT; s++) {
        const struct schema *schema = s < RECORDS_COUNT ? record_table_schemas[s]
                                                        : &published_schema;
        size_t length = strlen(schema->folder);

        if (size > length && memcmp(data, schema->folder, length) == 0)
            return schema;
    }
    for (size_t i = 0; i < size; i++)
        sum += data[i];
    sum %= RECORDS_COUNT + 1;
    return sum < RECORDS_COUNT ? record_table_schemas[sum] : &published_schema;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct record_table table = { 0 };
    struct error err = { "" };

    fuzz_judge(fuzz_table(drawn_schema(data, size), data, size, &table, &err), &err);
    record_table_free(&table);
    return 0;
}
