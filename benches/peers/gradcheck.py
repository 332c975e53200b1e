"""PyTorch's `gradcheck` on the zoo and the park of nn-check (crates/zoo), beside what nn-check says.

    python benches/peers/gradcheck.py [--seeds 3] [--only TEXT] [--binary PATH]

Each case is f(theta) with a gradient, right or wrong, computed by the zoo's program in another process and wrapped in a
`torch.autograd.Function`. `gradcheck` has its defaults: eps 1e-6, atol 1e-5, rtol 1e-3. It says yes or no; a no to a wrong
gradient is a catch, a no to a right one a false alarm. nn-check has verdicts: "wrong" is its only no, and the others say why it
cannot tell.
"""

import argparse
import collections
import json
import math
import pathlib
import subprocess

import torch


class Zoo:
    """The zoo's program, asked one line at a time (crates/zoo/src/serve.rs)."""

    def __init__(self, binary):
        command = [binary] if binary else ["cargo", "run", "--quiet", "--release", "--package", "zoo", "--"]
        root = pathlib.Path(__file__).resolve().parents[2]
        self.process = subprocess.Popen(command + ["--serve"], cwd=None if binary else root, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, **request):
        print(json.dumps(request), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer


def number(x):
    """JSON has no NaN and no infinity: they come as null."""
    return math.nan if x is None else x


def wrap(zoo):
    """The case that was started, as an operation of PyTorch's."""
    class Case(torch.autograd.Function):
        @staticmethod
        def forward(ctx, theta):
            ctx.save_for_backward(theta)
            return theta.new_tensor(number(zoo.ask(cmd="value", theta=theta.tolist())["value"]))

        @staticmethod
        def backward(ctx, upstream):
            theta, = ctx.saved_tensors
            gradient = zoo.ask(cmd="gradient", theta=theta.tolist())["gradient"]
            return upstream * theta.new_tensor([number(x) for x in gradient])

    return Case.apply


def verdicts(zoo, name, seed):
    """What nn-check says, and whether gradcheck says yes."""
    theta = zoo.ask(cmd="start", case=name, seed=seed)["theta"]
    ours = zoo.ask(cmd="check")["verdict"]
    theta = torch.tensor(theta, dtype=torch.float64, requires_grad=True)
    return ours, torch.autograd.gradcheck(wrap(zoo), (theta,), raise_exception=False)


def counted(words):
    return ", ".join(f"{n} {word}" for word, n in sorted(collections.Counter(words).items()))


def table(title, rows):
    width = max([len(title)] + [len(name) for name, _, _ in rows])
    ours = max([len("nn-check")] + [len(text) for _, text, _ in rows])
    print(f"{title:{width}}  {'nn-check':{ours}}  gradcheck")
    for name, text, peer in rows:
        print(f"{name:{width}}  {text:{ours}}  {peer}".rstrip())
    print()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seeds", type=int, default=3, help="seeds of each case (default 3)")
    arguments.add_argument("--only", default="", help="only cases with this text in their names")
    arguments.add_argument("--binary", help="the zoo's program; without it, cargo builds and runs it")
    arguments = arguments.parse_args()
    zoo = Zoo(arguments.binary)
    cases = zoo.ask(cmd="list")
    totals = collections.Counter()

    for kind, title in [("zoo", "wrong gradient"), ("park", "right gradient")]:
        rows = []
        for case in cases[kind]:
            if arguments.only not in case["name"]:
                continue
            runs = [verdicts(zoo, case["name"], seed) for seed in range(arguments.seeds)]
            refused = [not yes for _, yes in runs]
            if kind == "zoo":
                totals["zoo"] += 1
                totals["ours caught"] += all(ours == "wrong" for ours, _ in runs)
                totals["theirs caught"] += all(refused)
                remark = "" if all(refused) else "  <- missed"
            else:
                totals["park"] += len(runs)
                totals["ours alarms"] += sum(ours == "wrong" for ours, _ in runs)
                totals["theirs alarms"] += sum(refused)
                if case["expect"] == "correct":
                    totals["clear"] += len(runs)
                    totals["ours clear"] += sum(ours == "correct" for ours, _ in runs)
                    totals["theirs clear"] += sum(yes for _, yes in runs)
                remark = "  <- false alarm" if any(refused) else ""
            peer = counted("no" if no else "yes" for no in refused) + remark
            rows.append((case["name"], counted(ours for ours, _ in runs), peer))
        if rows:
            table(title, rows)

    print(f"{arguments.seeds} seeds a case; torch {torch.__version__}")
    for who, key in [("nn-check", "ours"), ("gradcheck", "theirs")]:
        print(f"{who + ':':10} caught {totals[key + ' caught']} of {totals['zoo']}, "
              f"false alarms {totals[key + ' alarms']} of {totals['park']}, "
              f"yes to {totals[key + ' clear']} of {totals['clear']} right gradients where a yes is expected")


if __name__ == "__main__":
    main()
