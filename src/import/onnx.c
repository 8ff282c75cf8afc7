/* Reads an ONNX file, checks its structure, converts it and writes the record. */
#include "base/memory.h"
#include "import/model.h"
#include "import/write.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32, NODES_MAX = 10000 };
/* Kinds of values in the wire format of Protocol Buffers. */
enum { WIRE_VARINT = 0, WIRE_64_BITS = 1, WIRE_BYTES = 2, WIRE_32_BITS = 5 };
static const size_t FILE_BYTES_MAX = (size_t)1 << 31; /* the limit of protobuf */

/* Reads one number of the wire format.  Returns false at the end of the data. */
static bool varint_read(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
        uint8_t byte = *(*at)++;

        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

/* Reads a field's tag, and moves to its value.  *size: how many bytes of the value follow; a
 * varint's are read.  Returns false if it is damaged. */
static bool field_begin(const uint8_t **at, const uint8_t *end, uint64_t *tag,
                        uint64_t *size)
{
    uint64_t value;

    *size = 0;
    if (!varint_read(at, end, tag) || *tag >> 3 == 0 || *tag >> 3 > UINT32_MAX)
        return false;
    switch (*tag & 7) {
    case WIRE_VARINT: return varint_read(at, end, &value);
    case WIRE_64_BITS: *size = 8; return true;
    case WIRE_BYTES: return varint_read(at, end, size);
    case WIRE_32_BITS: *size = 4; return true;
    default: return false;
    }
}

/* Do all fields end inside their message, and is the nesting as shallow as in models?  The
 * generated reader recurses as deeply as the file asks for. */
static bool is_sound(const ProtobufCMessageDescriptor *message, const uint8_t *at,
                     const uint8_t *end, unsigned depth)
{
    while (at < end) {
        const ProtobufCFieldDescriptor *field;
        uint64_t tag, size;

        if (!field_begin(&at, end, &tag, &size) || size > (uint64_t)(end - at))
            return false;
        field = protobuf_c_message_descriptor_get_field(message, (unsigned)(tag >> 3));
        if ((tag & 7) == WIRE_BYTES && field &&
            field->type == PROTOBUF_C_TYPE_MESSAGE &&
            (depth == 0 || !is_sound(field->descriptor, at, at + size, depth - 1)))
            return false;
        at += size;
    }
    return true;
}

static enum status bytes_read(const char *file, uint8_t **bytes, size_t *size,
                              struct error *err)
{
    FILE *in = fopen(file, "rb");
    size_t capacity = 1 << 16, got;

    *bytes = NULL;
    *size = 0;
    if (!in)
        return error_set(err, STATUS_INPUT, "cannot read %.200s: %s", file,
                         strerror(errno));
    do {
        capacity *= 2;
        *bytes = realloc_array(*bytes, capacity, 1);
        got = fread(*bytes + *size, 1, capacity - *size, in);
        *size += got;
    } while (*size == capacity && capacity < FILE_BYTES_MAX);
    got = ferror(in) != 0;
    fclose(in);
    if (got)
        return error_set(err, STATUS_INPUT, "cannot read %.200s", file);
    if (*size >= FILE_BYTES_MAX)
        return error_set(err, STATUS_INPUT,
                         "%s: is too large for a model, must be at most 2 GiB", file);
    return STATUS_OK;
}

static enum status model_read(const struct import_job *job, Onnx__ModelProto **model,
                              struct error *err)
{
    uint8_t *bytes;
    size_t size;
    enum status status = bytes_read(job->file, &bytes, &size, err);

    *model = NULL;
    if (status != STATUS_OK)
        goto out;
    if (is_sound(&onnx__model_proto__descriptor, bytes, bytes + size, DEPTH_MAX))
        *model = onnx__model_proto__unpack(NULL, size, bytes);
    if (!*model || !(*model)->graph)
        status = error_set(err, STATUS_INPUT,
                           "%s: is not an ONNX model, or is incomplete", job->file);
    else if ((*model)->graph->n_node > NODES_MAX)
        status = error_set(err, STATUS_INPUT, "%s: has %zu nodes, must have at most %d",
                           job->file, (*model)->graph->n_node, NODES_MAX);
out:
    free(bytes);
    return status;
}

enum status import_onnx(const struct import_job *job, struct error *err)
{
    struct model model = { .job = job, .err = err };
    Onnx__ModelProto *proto;
    enum status status = model_read(job, &proto, err);
    char *source = alloc_printf("imported from the ONNX model %s", job->file);

    if (status != STATUS_OK)
        goto out;
    record_default(&workload_schema, &model.workload);
    model.workload.record.name = job->name;
    model.workload.record.source = source;
    status = model_build(&model, proto->graph);
    if (status != STATUS_OK)
        goto out;
    status = workload_write(job, &model.workload, err);
out:
    model_free(&model);
    if (proto)
        onnx__model_proto__free_unpacked(proto, NULL);
    free(source);
    return status;
}
