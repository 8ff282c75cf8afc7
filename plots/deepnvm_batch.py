#!/usr/bin/python3
"""DeepNVM++'s batch-size figure: EDP of the cache without DRAM over SRAM's, by batch and
phase, for every network and their mean."""
import deepnvm
import figure as fig

plt = fig.plt


def draw(data):
    looks = deepnvm.look()
    phases = [phase for phase in deepnvm.PHASES if phase in data.phase.values]
    figure, all_axes = plt.subplots(1, len(phases), figsize=(7.2, 2.9), sharey=True,
                                    constrained_layout=True, squeeze=False)
    for axes, phase in zip(all_axes[0], phases):
        gain = deepnvm.gain(data, "llc_edp_js", phase=phase)
        batches = range(gain.sizes["batch"])
        for technology in deepnvm.rivals(data):
            one = gain.sel(technology=technology)
            for network in one.workload.values:
                axes.plot(batches, one.sel(workload=network), lw=0.6, alpha=0.5,
                          color=looks[technology]["color"])
            axes.plot(batches, one.mean("workload"), **looks.line(technology, lw=2),
                      label=f"{deepnvm.NAMES[technology]}, mean of networks")
        fig.baseline_line(axes)
        axes.set_xticks(batches, [str(batch) for batch in data.batch.values])
        axes.set_xlabel("Batch size")
        axes.set_title(phase)
        axes.set_ylim(bottom=0)
    all_axes[0][0].set_ylabel("Gain in EDP over SRAM\n(cache only, above 1 is better)")
    handles, labels = all_axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", ncol=2, bbox_to_anchor=(0.5, 1.1))
    return {"deepnvm_batch": figure}


if __name__ == "__main__":
    fig.command(draw, __doc__, "deepnvm_batch")
