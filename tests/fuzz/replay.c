/* replay FILE...: each file once through a harness, without libFuzzer. */
#include "fuzz.h"

#include "base/memory.h"

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        FILE *stream = fopen(argv[i], "rb");
        struct stat about;
        uint8_t *data;

        if (!stream || fstat(fileno(stream), &about))
            return 2;
        data = alloc_array((size_t)about.st_size, 1);
        if (fread(data, 1, (size_t)about.st_size, stream) != (size_t)about.st_size)
            return 2;
        fclose(stream);
        fprintf(stderr, "%s\n", argv[i]);
        LLVMFuzzerTestOneInput(data, (size_t)about.st_size);
        free(data);
    }
    return 0;
}
