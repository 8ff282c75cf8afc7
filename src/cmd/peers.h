/* The array model beside other tools' arrays, row by row. */
#ifndef NVSWEEP_CMD_PEERS_H
#define NVSWEEP_CMD_PEERS_H

#include "space/library.h"

/* Compare with published/array_peers.csv of the shipped library folder and print: NVSim's
 * rows at the same organization and by our own search (rules nvsim), then NS-Cache's and
 * CACTI's optima beside ours (rules physical).  *missed counts NVSim's figures outside
 * 5 %.  STATUS_INPUT if the file does not read. */
enum status peers_print(const struct library *library, const char *folder,
                        size_t *missed, struct error *err);

#endif
