#include "compat/row_columns.h"

/* The words of comparison files, in addition to those of sweep files. */
const struct word row_targets[] = {
    { "ReadLatency", TARGET_READ_LATENCY },
    { "WriteLatency", TARGET_WRITE_LATENCY },
    { "ReadDynamicEnergy", TARGET_READ_ENERGY },
    { "ReadEnergy", TARGET_READ_ENERGY },
    { "WriteDynamicEnergy", TARGET_WRITE_ENERGY },
    { "WriteEnergy", TARGET_WRITE_ENERGY },
    { "ReadEDP", TARGET_READ_EDP },
    { "WriteEDP", TARGET_WRITE_EDP },
    { "LeakagePower", TARGET_LEAKAGE },
    { "Leakage", TARGET_LEAKAGE },
    { "Area", TARGET_AREA },
    { "EDAP", TARGET_EDAP },
    { "ReadED", TARGET_READ_EDP },
    { "Delay", TARGET_READ_LATENCY },
    { "DynamicEnergy", TARGET_READ_ENERGY },
    { "ReadED2", ROW_TARGET_READ_ED2 },
    { "ReadBandwidth", ROW_TARGET_ELSEWHERE },
    { "WriteBandwidth", ROW_TARGET_ELSEWHERE },
    { "read_latency", TARGET_READ_LATENCY },
    { "write_latency", TARGET_WRITE_LATENCY },
    { "read_energy", TARGET_READ_ENERGY },
    { "write_energy", TARGET_WRITE_ENERGY },
    { "read_edp", TARGET_READ_EDP },
    { "write_edp", TARGET_WRITE_EDP },
    { NULL, 0 },
};

const struct word row_accesses[] = {
    { "Normal", ACCESS_NORMAL },
    { "Sequential", ACCESS_SEQUENTIAL },
    { "Fast", ACCESS_FAST },
    { NULL, 0 },
};

const struct word row_roadmaps[] = {
    { "HP", ROADMAP_HP },
    { "LSTP", ROADMAP_LSTP },
    { "LOP", ROADMAP_LOP },
    { "itrs-hp", ROADMAP_HP },
    { "itrs-lstp", ROADMAP_LSTP },
    { "itrs-lop", ROADMAP_LOP },
    { NULL, 0 },
};

#define KEY(name_)          \
    {                       \
        name_, OF_KEY, 0, 0 \
    }
#define RESULT(name_, member, scale_)                                   \
    {                                                                   \
        name_, OF_RESULT, offsetof(struct array_result, member), scale_ \
    }
#define CACHE(name_, member, scale_)                                   \
    {                                                                  \
        name_, OF_CACHE, offsetof(struct array_result, member), scale_ \
    }
#define DATA(name_, member, scale_)                                      \
    {                                                                    \
        name_, OF_DATA, offsetof(struct array_breakdown, member), scale_ \
    }
#define TAG(name_, member, scale_)                                      \
    {                                                                   \
        name_, OF_TAG, offsetof(struct array_breakdown, member), scale_ \
    }
#define COUNT(name_, member)                                                 \
    {                                                                        \
        name_, OF_DATA_COUNT, offsetof(struct array_organization, member), 1 \
    }
#define TAG_COUNT(name_, member)                                            \
    {                                                                       \
        name_, OF_TAG_COUNT, offsetof(struct array_organization, member), 1 \
    }

const struct column row_columns[] = {
    KEY("peer"),
    KEY("mode"),
    KEY("tech"),
    KEY("node_nm"),
    KEY("capacity_bytes"),
    KEY("assoc"),
    KEY("line_bits"),
    KEY("temp_K"),
    KEY("roadmap"),
    KEY("access_mode"),
    KEY("opt_target"),
    RESULT("area_mm2", area_m2, 1e6),
    RESULT("read_latency_ns", read_latency_s, 1e9),
    RESULT("write_latency_ns", write_latency_s, 1e9),
    CACHE("miss_latency_ns", miss_latency_s, 1e9),
    RESULT("read_energy_nJ", read_energy_j, 1e9),
    RESULT("write_energy_nJ", write_energy_j, 1e9),
    CACHE("miss_energy_nJ", miss_energy_j, 1e9),
    RESULT("leakage_mW", leakage_w, 1e3),
    COUNT("bank_rows", bank_rows),
    COUNT("bank_cols", bank_cols),
    COUNT("act_mats_col", active_rows),
    COUNT("act_mats_row", active_cols),
    COUNT("act_sub_col", active_sub_rows),
    COUNT("act_sub_row", active_sub_cols),
    COUNT("mat_rows", mat_rows),
    COUNT("mat_cols", mat_cols),
    COUNT("sub_rows", sub_rows),
    COUNT("sub_cols", sub_cols),
    COUNT("mux_sa", mux_sense),
    COUNT("mux_l1", mux_out1),
    COUNT("mux_l2", mux_out2),
    DATA("arr_area_mm2", area_m2, 1e6),
    DATA("area_eff_pct", efficiency, 100),
    DATA("rd_lat_ns", read_latency_s, 1e9),
    DATA("rd_htree_ns", htree_s, 1e9),
    DATA("rd_mat_ns", read_mat_s, 1e9),
    DATA("predec_ns", predecoder_s, 1e9),
    DATA("rd_sub_ns", read_subarray_s, 1e9),
    DATA("rowdec_ns", row_decoder_s, 1e9),
    DATA("bitline_ns", bitline_s, 1e9),
    DATA("sa_ns", sense_s, 1e9),
    DATA("mux_ns", mux_s, 1e9),
    DATA("precharge_ns", precharge_s, 1e9),
    TAG("comp_ns", comparator_s, 1e9),
    DATA("wr_lat_ns", write_latency_s, 1e9),
    DATA("rd_e_nJ", read_energy_j, 1e9),
    DATA("rd_htree_e_nJ", htree_j, 1e9),
    DATA("rd_mat_e_nJ", read_mat_j, 1e9),
    DATA("rd_sub_e_nJ", read_subarray_j, 1e9),
    DATA("sa_e_nJ", sense_j, 1e9),
    DATA("precharge_e_nJ", precharge_j, 1e9),
    DATA("rowdec_e_nJ", row_decoder_j, 1e9),
    DATA("wr_e_nJ", write_energy_j, 1e9),
    DATA("leak_mW", leakage_w, 1e3),
    TAG_COUNT("tag_bank_rows", bank_rows),
    TAG_COUNT("tag_bank_cols", bank_cols),
    TAG_COUNT("tag_mat_rows", mat_rows),
    TAG_COUNT("tag_mat_cols", mat_cols),
    TAG_COUNT("tag_sub_rows", sub_rows),
    TAG_COUNT("tag_sub_cols", sub_cols),
    TAG_COUNT("tag_mux_sa", mux_sense),
    TAG("tag_arr_area_mm2", area_m2, 1e6),
    TAG("tag_rd_lat_ns", read_latency_s, 1e9),
    TAG("tag_rd_e_nJ", read_energy_j, 1e9),
    TAG("tag_leak_mW", leakage_w, 1e3),
};

const size_t row_column_count = sizeof row_columns / sizeof row_columns[0];
