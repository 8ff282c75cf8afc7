/* Library files: the input's first word names the shelf, as it must in a library file;
 * inputs that name none are read as one after the other of the kinds. */
#include "fuzz.h"

#include "config/published.h"

static const struct schema *drawn_schema(const uint8_t *data, size_t size)
{
    size_t sum = size;

    for (int s = 0; s <= SHELF_COUNT; s++) {
        const struct schema *schema = s < SHELF_COUNT ? shelf_schemas[s]
                                                      : &published_schema;
        size_t length = strlen(schema->folder);

        if (size > length && memcmp(data, schema->folder, length) == 0)
            return schema;
    }
    for (size_t i = 0; i < size; i++)
        sum += data[i];
    sum %= SHELF_COUNT + 1;
    return sum < SHELF_COUNT ? shelf_schemas[sum] : &published_schema;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct shelf shelf = { 0 };
    struct error err = { "" };

    fuzz_judge(fuzz_shelf(drawn_schema(data, size), data, size, &shelf, &err), &err);
    shelf_free(&shelf);
    return 0;
}
