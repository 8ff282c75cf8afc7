#!/usr/bin/python3
"""How soon does each machine write?  Time between two tokens over time to the first one, on one
chip, on eight that share every layer, and in a pipeline of two times four."""
import figure as fig
import nvsweep as nv

plt = fig.plt
LAYOUTS = (((1, 1), "o", "one"), ((8, 1), "s", "eight share every layer"),
           ((4, 2), "^", "two stages of four"))
SHOWN = ("llama-3-8b", "mixtral-8x7b", "llama-3-70b")


def pairs(data):
    """Both times as one table, a row a machine, workload and layout."""
    first = nv.metric(data, "first_token_s").sel(batch=1)
    token = nv.metric(data, "token_s").sel(batch=16)
    frame = (first * 1e3).squeeze(drop=True).to_dataframe(name="first").reset_index()
    other = (token * 1e3).squeeze(drop=True).to_dataframe(name="token").reset_index()
    return frame.assign(token=other.token).dropna()


def panel(axes, rows, looks):
    for machine, mine in rows.groupby("machine", sort=False):
        mine = mine.sort_values("first")
        axes.plot(mine["first"], mine["token"], lw=1, color=looks[machine]["color"],
                  ls=looks[machine]["dash"])
        for (gpus, stages), marker, _ in LAYOUTS:
            one = mine[(mine.gpus == gpus) & (mine.pipeline_stages == stages)]
            axes.plot(one["first"], one["token"], marker, ms=5,
                      color=looks[machine]["color"])
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("first token of a prompt of 2048 [ms]")


def draw(data):
    looks, rows = fig.Look(), pairs(data)
    figure, grid = plt.subplots(1, 3, figsize=(10, 3.8), constrained_layout=True)
    for axes, workload in zip(grid, SHOWN):
        panel(axes, rows[rows.workload == workload], looks)
        axes.set_title(workload, fontsize=9)
    grid[0].set_ylabel("next token, 16 sequences [ms]")
    handles = [plt.Line2D([], [], color=looks[m]["color"], ls=looks[m]["dash"], label=m)
               for m in rows.machine.unique()]
    handles += [plt.Line2D([], [], ls="", marker=marker, color="0.3", label=label)
                for _, marker, label in LAYOUTS]
    figure.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, -0.2), ncol=5,
                  fontsize=7)
    return {"llm_machines": figure}


if __name__ == "__main__":
    fig.command(draw, __doc__, "llm_machines")
