"""Result files of nvsweep in xarray.

    import nvsweep
    data = nvsweep.open("x.h5")
    data.nvsweep.status()
    data.edp_js.nvsweep.gain(over={"technology": "sram"})
    data.nvsweep.pareto("energy_j", "edp_js", per=["workload"])
    data.nvsweep.metric("area_m2").nvsweep.plot(x="capacity_bytes", line="technology")
"""
from .compare import best, crossover, first_order, over, pareto, pareto_mask
from .files import done_share, front_of, keep, metric, metrics, open
from .program import TIMES, number, plan, program, published, results_folder, run, setting, sweep_file, waterfall
from .units import BYTES, label, quantity, scale_of, scaled
from .version import VERSION as __version__

__all__ = ["BYTES", "TIMES", "best", "crossover", "done_share", "first_order", "front_of", "keep",
           "label", "metric", "metrics", "number", "open", "over", "pareto", "pareto_mask", "plan",
           "program", "published", "quantity", "results_folder", "run", "scale_of", "scaled", "setting",
           "sweep_file", "waterfall"]
