#include "cmd/man_library.h"

#include "cmd/cmd.h"
#include "cmd/roff.h"

#include "base/units.h"
#include "config/published.h"
#include "machine/machine.h"
#include "stage/record_tables.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *kind_words(const struct field *field)
{
    switch (field->kind) {
    case KIND_NUMBER: return "number";
    case KIND_COUNT: return "whole number";
    case KIND_FLAG: return "true or false";
    case KIND_WORD: return "word";
    case KIND_TEXT: return "text";
    case KIND_TEXTS: return "list of texts";
    case KIND_LIST: return "list of groups";
    }
    return "";
}

static void fields_print(const struct schema *schema, int depth);

static void field_entry(const struct field *field, int depth)
{
    bool is_number = field->kind == KIND_NUMBER || field->kind == KIND_COUNT;
    bool is_required = field->kind == KIND_TEXT ? !field->text
                       : field->kind == KIND_TEXTS || field->kind == KIND_LIST
                           ? false
                           : isnan(field->fallback);
    char text[400], words[2000];

    snprintf(text, sizeof text, "(%s%s%s%s)", kind_words(field),
             is_number && strcmp(field->unit, "1") != 0 ? ", " : "",
             is_number && strcmp(field->unit, "1") != 0 ? field->unit : "",
             is_required ? ", required" : "");
    roff_tag(field->name, text);
    roff_text(field->meaning);
    fputs(".", stdout);
    if (is_number) {
        snprintf(text, sizeof text, " %g to %g", field->min, field->max);
        roff_text(text);
        if (!is_required) {
            snprintf(text, sizeof text, "; %g if not given", field->fallback);
            roff_text(text);
        }
        fputs(".", stdout);
    } else if (field->kind == KIND_WORD) {
        fputs(" One of: ", stdout);
        roff_text(word_list(field->words, words, sizeof words));
        fputs(".", stdout);
    }
    putchar('\n');
    if (field->kind == KIND_LIST && depth < 3) {
        fputs(".RS\n", stdout);
        fields_print(field->element, depth + 1);
        fputs(".RE\n", stdout);
    }
}

static void fields_print(const struct schema *schema, int depth)
{
    for (size_t f = 0; f < schema->field_count; f++)
        field_entry(&schema->fields[f], depth);
}

static void schema_section(const struct schema *schema)
{
    char title[80];

    snprintf(title, sizeof title, "%s", schema->folder);
    for (char *c = title; *c; c++)
        *c = (char)toupper((unsigned char)*c);
    roff_line(".SH", title);
    roff_text("Files of ");
    roff_text(schema->folder);
    printf("/: %s = ( { name = \"...\"; source = \"...\"; ... }, ... );\n",
           schema->folder);
    fields_print(schema, 0);
}

/* A record's fields are its family's, if its kind has families. */
static void families_section(enum record_table_id table)
{
    const struct schema *schema = record_table_schemas[table];

    for (size_t f = 0; f < schema->family_count; f++) {
        roff_line(".SS", word_name(schema->family->words, (int)f));
        if (table == RECORDS_MACHINE) {
            roff_text(machine_families[f]->summary);
            fputs(".\n", stdout);
        }
        fields_print(schema->families[f], 0);
    }
}

void man_library(void)
{
    roff_title("NVSWEEP-LIBRARY", 5);
    roff_name("nvsweep-library", "records of memory technologies, nodes, workloads and "
                                 "machines");
    fputs(".SH DESCRIPTION\n", stdout);
    roff_text(
        "What sweeps name is data: records in files in the syntax of libconfig, with "
        "one "
        "folder per kind. A folder of your own, given with --library, named in the "
        "sweep "
        "(library = [ \"my-cells\" ];) or in NVSWEEP_LIBRARY, has the same "
        "layout; its records replace shipped ones of the same name. Numbers "
        "are in the unit stated here, or texts with a unit.\n");
    roff_paragraph(
        "Every record has a name, a source (the paper and table of its figures), and "
        "perhaps aliases, a list of other names.  Further keys of every record:\n");
    roff_tag("parent", "(text)");
    roff_text("A record of the same kind that gives the keys that this one lacks.\n");
    roff_tag("fit_to", "(list of texts)");
    roff_text("Published figures that parameters of the record were fitted to.\n");
    roff_tag("stores", "(list of texts)");
    roff_text("Published figures that the record contains.\n");
    for (enum record_table_id table = 0; table < RECORDS_COUNT; table++)
        if (record_table_schemas[table] && record_table_schemas[table]->folder) {
            schema_section(record_table_schemas[table]);
            families_section(table);
        }
    schema_section(&published_schema);
    fputs(".SH SEE ALSO\n.BR nvsweep (1),\n.BR nvsweep\\-sweep (5)\n", stdout);
}
