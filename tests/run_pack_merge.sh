#!/usr/bin/env bash
# Packed copies hold what the source holds, come back as it was, and damage is noticed;
# merged files equal the file that one sweep over all values makes, and conflicts and
# misfits are refused in one line.
. "$(dirname "$0")/harness.sh"
cd "$scratch" || exit 1

sweep() { # name, technologies, capacities, node, step of the temperature
    printf 'axes = { technology = [ %s ]; capacity = [ %s ]; node = "%s";
        temperature = { from = "0 C"; to = "100 C"; step = "%s"; }; };
        stages = [ "array" ];' "$2" "$3" "$4" "${5:-20 K}" >"$1.cfg"
    timeout 300 "$NVSWEEP" run "$1.cfg" -o "$1.h5" --quiet || fail "sweep $1"
}

same_in_xarray() { # two files
    env -u PYTHONPATH /usr/bin/python3 - "$@" <<'PYTHON' || fail "$1 and $2 differ"
import sys
import xarray
for engine in ("netcdf4", "h5netcdf"):
    one, two = (xarray.open_dataset(path, engine=engine) for path in sys.argv[1:3])
    assert one.identical(two) or not xarray.testing.assert_identical(one, two)
PYTHON
}

sweep all '"sram", "stt-mram"' '"16 KiB", "32 KiB", "64 KiB"' "22 nm"
sweep left '"sram", "stt-mram"' '"16 KiB", "64 KiB"' "22 nm"
sweep right '"sram", "stt-mram"' '"32 KiB", "64 KiB"' "22 nm"
sweep corner '"pcm"' '"32 KiB"' "22 nm"
sweep other '"sram"' '"32 KiB"' "45 nm"

sweep long '"sram"' '"16 KiB"' "22 nm" "0.25 K"
expect 0 "datasets, .* elements compared" "$NVSWEEP" pack long.h5
[ -f long.packed.h5 ] || fail "no long.packed.h5"
expect 2 "exists already" "$NVSWEEP" pack long.h5
expect 2 "a packed copy, which a run cannot continue" "$NVSWEEP" run long.cfg -o long.packed.h5
same_in_xarray long.h5 long.packed.h5
expect 0 "elements compared" "$NVSWEEP" pack long.packed.h5 --undo -o back.h5
expect 0 "0 damaged" "$NVSWEEP" verify back.h5
expect 0 "^no differences" "$NVSWEEP" diff long.h5 back.h5

# Every command that reads takes the packed copy as it is, and says the same of both.
for command in show status "verify --sample 0" "export -m area_m2,subarray_rows" \
    "best -m read_energy_j,area_m2" "show --json -m leakage_w"; do
    for file in long long.packed; do # shellcheck disable=SC2086
        set -- $command
        verb=$1
        shift
        "$NVSWEEP" "$verb" $file.h5 "$@" 2>&1 | sed "s/$file.h5/FILE/" >$file.txt
    done
    [ -s long.txt ] || fail "$command says nothing"
    cmp -s long.txt long.packed.txt || fail "$command differs on the packed copy"
done
expect 0 "no differences" "$NVSWEEP" diff long.h5 long.packed.h5
expect 0 "." "$NVSWEEP" report long.packed.h5 -o packed.html
sweep short '"stt-mram"' '"16 KiB"' "22 nm" "0.25 K"
"$NVSWEEP" pack short.h5 >/dev/null
expect 0 "401 from the first file, 401 from the second" \
    "$NVSWEEP" merge long.packed.h5 short.packed.h5 -o both.h5
env -u PYTHONPATH /usr/bin/python3 -c '
import h5py
with h5py.File("long.packed.h5") as file: # the middle of the first chunk of a column
    chunk = file["leakage_w"].id.get_chunk_info(0)
with open("long.packed.h5", "r+b") as file:
    file.seek(chunk.byte_offset + chunk.size // 2)
    byte = file.read(1)
    file.seek(-1, 1)
    file.write(bytes([byte[0] ^ 255]))'
expect 1 "cannot decompress leakage_w" "$NVSWEEP" verify long.packed.h5 --sample 0
expect 1 "cannot decompress leakage_w" "$NVSWEEP" export long.packed.h5 -m leakage_w
echo "no HDF5" >junk.h5
expect 2 "junk.h5" "$NVSWEEP" pack junk.h5
[ -e junk.packed.h5 ] || [ -e junk.packed.h5.partial ] && fail "left a file behind"

expect 0 "36 points; 12 from the first file, 12 from the second, 12 the same in both, 0 in neither" \
    "$NVSWEEP" merge left.h5 right.h5 -o merged.h5
for metric in area_m2 read_latency_s leakage_w subarray_rows; do
    "$NVSWEEP" export all.h5 -m $metric >all.csv
    "$NVSWEEP" export merged.h5 -m $metric | cmp -s - all.csv || fail "$metric differs"
done
expect 0 "^no differences" "$NVSWEEP" diff all.h5 merged.h5
expect 2 "has no axes" "$NVSWEEP" verify merged.h5
expect 0 "0 damaged" "$NVSWEEP" verify merged.h5 --sample 0
expect 0 "24 in neither" "$NVSWEEP" merge left.h5 corner.h5 -o sparse.h5
expect 75 "pending\|running\|stopped" "$NVSWEEP" status sparse.h5

# One value without brackets is an axis, too; one that a sweep does not give is none.
expect 0 "72 points; 24 from the first file, 6 from the second, 0 the same in both, 42 in neither" \
    "$NVSWEEP" merge left.h5 other.h5 -o nodes.h5
printf 'axes = { technology = "sram"; capacity = "16 KiB"; node = "22 nm"; };
    stages = [ "array" ];' >ungiven.cfg
"$NVSWEEP" run ungiven.cfg -o ungiven.h5 --quiet
expect 2 "only one of the sweeps gives the axis temperature" \
    "$NVSWEEP" merge left.h5 ungiven.h5 -o never.h5
expect 2 "exists already" "$NVSWEEP" merge left.h5 right.h5 -o merged.h5

# Another value for a point that both have done is damage, where the block says so, ...
cp right.h5 damaged.h5
env -u PYTHONPATH /usr/bin/python3 -c '
import h5py
with h5py.File("damaged.h5", "r+") as file:
    file["leakage_w"][0, 1, 0, 0] *= 1.5'
expect 2 "1 of 24 committed blocks are damaged (array block 6, .*capacity_bytes=64 KiB" \
    "$NVSWEEP" merge left.h5 damaged.h5 -o never.h5
expect 2 "1 of 24 committed blocks are damaged" "$NVSWEEP" pack damaged.h5 -o never.h5

# ... else a conflict, not a choice: the block is sealed anew, by another CRC-32C than ours.
env -u PYTHONPATH /usr/bin/python3 -c '
import h5py
def crc32c(data, crc=0):
    crc ^= 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff
with h5py.File("right.h5", "r+") as file:
    stage, points = file["run/array"], file["status"].size
    size = int(stage["block"].attrs["block_points"])
    def checksum(block):
        crc = 0
        for name in stage.attrs["columns"].split() + [stage.attrs["status"]]:
            column = file[name][()].reshape(points, -1)
            crc = crc32c(column[block * size:(block + 1) * size].tobytes(), crc)
        return crc
    assert all(checksum(b) == stage["checksum"][b] for b in range(stage["checksum"].size))
    file["leakage_w"][0, 1, 0, 0] *= 1.5
    for b in range(stage["checksum"].size):
        stage["checksum"][b] = checksum(b)'
expect 0 "0 damaged" "$NVSWEEP" verify right.h5 --sample 0
expect 2 "have different values of leakage_w at technology=sram capacity_bytes=64 KiB" \
    "$NVSWEEP" merge left.h5 right.h5 -o never.h5
[ -e never.h5 ] || [ -e never.h5.partial ] && fail "left a file behind"
verdict "packed and merged files: all as expected"
