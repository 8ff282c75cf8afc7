/* Compares the array model with the results of other tools, row by row. */
#ifndef NVSWEEP_CMD_PEERS_H
#define NVSWEEP_CMD_PEERS_H

#include "space/library.h"

/* Compares with published/array_peers.csv of the shipped library folder and prints: NVSim's
 * rows at NVSim's organization and at the one our search finds (rules nvsim), then the
 * optima of NS-Cache and CACTI beside ours (rules physical).  *missed: number of NVSim's
 * figures that differ by more than 5 %.  Returns STATUS_INPUT if the file cannot be read. */
enum status peers_print(const struct library *library, const char *folder,
                        size_t *missed, struct error *err);

#endif
