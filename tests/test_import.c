/* NVSim's cell files, with the values of the sample cells that tool ships (and its
 * published comparison files use), become the library's own nvsim-* records. */
#include "unit.h"
#include "files.h"

#include "config/library.h"
#include "import/import.h"
#include "tech/cell.h"

#include <stdint.h>

static const char sram[] = "//-MemCellType: PCRAM\n"
                           "-MemCellType: SRAM\n"
                           "-CellArea (F^2): 146\n-CellAspectRatio: 1.46\n"
                           "-ReadMode: voltage\n-AccessType: CMOS\n"
                           "-AccessCMOSWidth (F): 1.31\n"
                           "-SRAMCellNMOSWidth (F): 2.08\n-SRAMCellPMOSWidth (F): 1.23";

static const char sttram[] =
    "-MemCellType: MRAM\n\n-CellArea (F^2): 54\n-CellAspectRatio: 0.54\n"
    "-ResistanceOn (ohm): 3000\n-ResistanceOff (ohm): 6000\n-ReadMode: current\n"
    "-ReadVoltage (V): 0.25\n-MinSenseVoltage (mV): 25\n-ReadPower (uW): 30\n"
    "-ResetMode: current\n-ResetCurrent (uA): 80\n-ResetPulse (ns): 10\n"
    "-ResetEnergy (pJ): 1\n-SetMode: current\n-SetCurrent (uA): 80\n"
    "-SetPulse (ns): 10\n-SetEnergy (pJ): 1\n-AccessType: CMOS\n"
    "-VoltageDropAccessDevice (V): 0.15\n-AccessCMOSWidth (F): 8\n";

static const char aggressive[] =
    "-MemCellType: MRAM\n-CellArea (F^2): 34.5\n-CellAspectRatio: 0.96\n"
    "-ResistanceOn (ohm): 6000\n-ResistanceOff (ohm): 12000\n-ReadMode: current\n"
    "-ReadVoltage (V): 0.25\n-MinSenseVoltage (mV): 25\n-ReadPower (uW): 23.4\n"
    "-ResetMode: current\n-ResetCurrent (uA): 40.82\n-ResetPulse (ns): 5\n"
    "-ResetEnergy (pJ): 0.252\n-SetMode: current\n-SetCurrent (uA): 40.82\n"
    "-SetPulse (ns): 5\n-SetEnergy (pJ): 0.252\n-AccessType: CMOS\n"
    "-VoltageDropAccessDevice (V): 0.15\n-AccessCMOSWidth (F): 4.5\n";

#define PCRAM                                                                     \
    "-CellArea (F^2): 9\n-CellAspectRatio: 1\n-ResistanceOn (ohm): 1000\n"        \
    "-ResistanceOff (ohm): 1000000\n-ReadMode: voltage\n-ReadCurrent (uA): 40\n"  \
    "-ReadEnergy (pJ): 2\n-ResetMode: current\n-ResetCurrent (uA): 300\n"         \
    "-ResetPulse (ns): 40\n-SetMode: current\n-SetCurrent (uA): 150\n"            \
    "-SetPulse (ns): 150\n-AccessType: CMOS\n-VoltageDropAccessDevice (V): 0.3\n" \
    "-AccessCMOSWidth (F): 2"
static const char pcram[] = "# after B. Lee et al.\n-MemCellType: PCRAM\n" PCRAM;
static const char pcram_90nm[] = "-MemCellType: PCRAM\n-ProcessNode: 90\n" PCRAM;

static const char pcram_vdd[] = "-MemCellType: PCRAM\n-ReadVoltage (V): vdd\n" PCRAM;

static const char rram[] =
    "-MemCellType: memristor\n-CellArea (F^2): 4\n-CellAspectRatio: 1\n"
    "-ResistanceOnAtSetVoltage (ohm): 100000\n"
    "-ResistanceOffAtSetVoltage (ohm): 10000000\n"
    "-ResistanceOnAtResetVoltage (ohm): 100000\n"
    "-ResistanceOffAtResetVoltage (ohm): 10000000\n"
    "-ResistanceOnAtReadVoltage (ohm): 1000000\n"
    "-ResistanceOffAtReadVoltage (ohm): 10000000\n"
    "-ResistanceOnAtHalfResetVoltage (ohm): 500000\n"
    "-CapacitanceOn (F): 1e-16\n-CapacitanceOff (F): 1e-16\n-ReadMode: current\n"
    "-ReadVoltage (V): 0.4\n-ReadPower (uW): 0.16\n-ResetMode: voltage\n"
    "-ResetVoltage (V): 2.0\n-ResetPulse (ns): 10\n-ResetEnergy (pJ): 0.6\n"
    "-SetMode: voltage\n-SetVoltage (V): 2.0\n-SetPulse (ns): 10\n"
    "-SetEnergy (pJ): 0.6\n-AccessType: None\n//-AccessType: diode\n"
    "-ReadFloating: false\n";

static struct library library;

/* Import the text as the technology "imported" of a library, read with the shipped one. */
static enum status import_text(const char *text, struct error *err)
{
    char file[300], path[300];
    char *shipped = library_default_folder();
    const char *folders[] = { folder, shipped };
    struct import_job job = { .file = file, .name = "imported" };
    enum status status;

    library = (struct library){ 0 };
    snprintf(file, sizeof file, "%s", text_write("x.cell", text));
    snprintf(path, sizeof path, "%s", text_write("technologies/x.cfg", ""));
    job.out = fopen(path, "w");
    job.notes = fopen("/dev/null", "w");
    CU_ASSERT_PTR_NOT_NULL_FATAL(job.out);
    CU_ASSERT_PTR_NOT_NULL_FATAL(job.notes);
    status = import_cell(&job, err);
    fclose(job.out);
    fclose(job.notes);
    if (status == STATUS_OK)
        status = library_read(folders, 2, &library, err);
    free(shipped);
    return status;
}

static bool field_is_same(const struct field *field, const void *a, const void *b)
{
    const char *x = (const char *)a + field->offset,
               *y = (const char *)b + field->offset;

    switch (field->kind) {
    case KIND_NUMBER: return *(const double *)x == *(const double *)y;
    case KIND_COUNT: return *(const uint64_t *)x == *(const uint64_t *)y;
    case KIND_FLAG: return *(const bool *)x == *(const bool *)y;
    case KIND_WORD: return *(const int *)x == *(const int *)y;
    case KIND_LIST:
        return *(const size_t *)((const char *)a + field->count_offset) == 0 &&
               *(const size_t *)((const char *)b + field->count_offset) == 0;
    default: return false;
    }
}

static void compare(const char *text, const char *name, const char *except)
{
    struct error err = { "" };
    const void *ours, *shipped;

    folder_make();
    CU_ASSERT_EQUAL(import_text(text, &err), STATUS_OK);
    CU_ASSERT_STRING_EQUAL(err.text, "");
    ours = library_find(&library, RECORDS_TECHNOLOGY, "imported");
    shipped = library_find(&library, RECORDS_TECHNOLOGY, name);
    CU_ASSERT_PTR_NOT_NULL_FATAL(ours);
    CU_ASSERT_PTR_NOT_NULL_FATAL(shipped);
    for (size_t f = 0; f < cell_schema.field_count; f++) {
        const struct field *field = &cell_schema.fields[f];
        bool is_same = field_is_same(field, ours, shipped);

        if (is_same != (strcmp(field->name, except) != 0))
            printf("%s: %s\n", name, field->name);
        CU_ASSERT_EQUAL(is_same, strcmp(field->name, except) != 0);
    }
    library_free(&library);
    folder_remove();
}

static void sample_cells_equal_the_shipped_records(void)
{
    compare(sram, "nvsim-sram", "");
    compare(sttram, "nvsim-sttram", "");
    compare(aggressive, "nvsim-sttram-aggressive", "");
    compare(pcram, "nvsim-pcram", "");
    compare(rram, "nvsim-rram", "");
}

static void a_process_node_is_kept(void)
{
    compare(pcram_90nm, "nvsim-pcram", "native_node_m");
}

static void a_voltage_of_vdd_is_left_to_the_node(void)
{
    compare(pcram_vdd, "nvsim-pcram", "");
}

static void bad_cells_are_refused_with_their_line(void)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        { "", "x.cell:0: has no -MemCellType" },
        { "-MemCellType: SRAM\n", "x.cell:1: has no -CellArea" },
        { "-MemCellType: SLCNAND\n", "x.cell:1: -MemCellType is 'SLCNAND', must be" },
        { "-MemCellType: SRAM\n-CellArea (um^2): 1\n",
          "x.cell:2: -CellArea has the unit" },
        { "-MemCellType: SRAM\n-CellArea (F^2): big\n",
          "-CellArea is 'big', must be a" },
        { "-MemCellType: SRAM\n-CellArea (F^2): nan\n",
          "-CellArea is 'nan', must be a" },
        { "-MemCellType: SRAM\n-MemCellType: SRAM\n",
          "x.cell:2: -MemCellType is given" },
        { "-MemCellTyp: SRAM\n", "did you mean '-MemCellType'" },
        { "MemCellType SRAM\n", "x.cell:1: is not a setting" },
        { "-AccessType: BJT\n", "x.cell:1: -AccessType is 'BJT', must be CMOS" },
        { "-ReadFloating: true\n", "x.cell:1: -ReadFloating is true" },
        { "-MemCellType: MRAM\n-CellArea (F^2): 9\n-CellAspectRatio: 1\n"
          "-AccessCMOSWidth (F): 2\n",
          "needs 0 < resistance_on_ohm" },
        { "-MemCellType: SRAM\n-CellArea (F^2): -9\n-CellAspectRatio: 1\n"
          "-AccessCMOSWidth (F): 2\n",
          "area_f2 [1] is -9, must be in" },
        { "-MemCellType: SRAM\n-CellArea (F^2): 9\n-CellAspectRatio: 1\n"
          "-AccessCMOSWidth (F): 2\n-CellLevels: 3\n",
          "x.cell:5: -CellLevels is 3" },
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err = { "" };

        folder_make();
        CU_ASSERT_EQUAL(import_text(rows[i].text, &err), STATUS_INPUT);
        if (!strstr(err.text, rows[i].says))
            printf("%s\n", err.text);
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, rows[i].says));
        folder_remove();
    }
}

static void names_follow_files(void)
{
    char *name = import_name("some folder/my cell,v2.cell");

    CU_ASSERT_STRING_EQUAL(name, "my_cell_v2");
    free(name);
    CU_ASSERT_EQUAL(import_kind_guess("a/b.onnx"), IMPORT_ONNX);
    CU_ASSERT_EQUAL(import_kind_guess("a.cell/absent"), IMPORT_UNKNOWN);
}

SUITE(import, TEST(sample_cells_equal_the_shipped_records),
      TEST(a_process_node_is_kept), TEST(a_voltage_of_vdd_is_left_to_the_node),
      TEST(bad_cells_are_refused_with_their_line), TEST(names_follow_files));
