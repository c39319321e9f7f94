"""The cards of a review are right by other means than lrlib."""

import ast
import math
import re

from course.review import cards
from lrlib.data.runs import runs
from lrlib.data.signs import shows

ALL = cards.all_cards()
CLOSE = {"rel_tol": 6e-3}  # three digits


def of(template):
    """The cards of one template."""
    found = [card for card in ALL if card.name.startswith(f"{template} ")]
    assert len(found) > 15
    return found


# Each schedule once more, in plain arithmetic, as a function of t.


def half_cosine(high, low, share):
    return low + (high - low) * (1 + math.cos(math.pi * min(share, 1))) / 2


def triangular(t, low, high, half, height=lambda cycle: 1.0):
    cycle, within = divmod(t, 2 * half)
    return low + (high - low) * (1 - abs(within - half) / half) * height(cycle)


def restarts(t, high, low, length, multiplier):
    while t >= length:
        t, length = t - length, length * multiplier
    return half_cosine(high, low, t / length)


def one_cycle(t, top, steps, pct_start, div, final_div):
    peak, last = pct_start * steps - 1, steps - 1
    first = top / div
    if t <= peak:
        return half_cosine(first, top, t / peak)
    return half_cosine(top, first / final_div, (t - peak) / (last - peak))


def wsd(t, lr, warmup, steps, decay, end):
    if t < warmup:
        return lr * (t + 1) / warmup
    return lr + (end - lr) * min(max(t - (steps - decay), 0) / decay, 1)


def joined(t, schedules, lengths):
    for schedule, length in zip(schedules, lengths):
        if t < length:
            return schedule(t)
        t -= length
    return schedules[-1](t)


BY_HAND = {
    "StepDecay": lambda lr0, gamma, every: lambda t: lr0 * gamma ** (t // every),
    "ScheduledDrop": lambda lr0, milestones, gamma: (
        lambda t: lr0 * gamma ** sum(t >= m for m in milestones)
    ),
    "ExponentialDecay": lambda lr0, gamma, every: lambda t: lr0 * gamma ** (t / every),
    "InverseTimeDecay": lambda lr0, rate, every: lambda t: lr0 / (1 + rate * t / every),
    "PolynomialDecay": lambda lr0, lr_end, steps, power: (
        lambda t: lr_end + (lr0 - lr_end) * (1 - min(t / steps, 1)) ** power
    ),
    "Triangular": lambda base_lr, max_lr, half_cycle: (
        lambda t: triangular(t, base_lr, max_lr, half_cycle)
    ),
    "Triangular2": lambda base_lr, max_lr, half_cycle: (
        lambda t: triangular(t, base_lr, max_lr, half_cycle, lambda cycle: 0.5**cycle)
    ),
    "CosineRestarts": lambda lr_max, lr_min, first_cycle, multiplier: (
        lambda t: restarts(t, lr_max, lr_min, first_cycle, multiplier)
    ),
    "OneCycle": lambda max_lr, steps, pct_start, div, final_div: (
        lambda t: one_cycle(t, max_lr, steps, pct_start, div, final_div)
    ),
    "Warmup": lambda lr, steps: lambda t: lr * min((t + 1) / steps, 1),
    "CosineDecay": lambda lr0, lr_end, steps: lambda t: half_cosine(lr0, lr_end, t / steps),
    "WSD": lambda lr, warmup_steps, steps, decay_steps, lr_end: (
        lambda t: wsd(t, lr, warmup_steps, steps, decay_steps, lr_end)
    ),
    "Join": lambda schedules, lengths: lambda t: joined(t, schedules, lengths),
}


def by_hand(text):
    """A schedule from its text, without lrlib."""
    assert isinstance(ast.parse(text, mode="eval").body, ast.Call)
    return eval(text, {"__builtins__": {}}, BY_HAND)


def same(shown, value):
    return math.isclose(float(shown), value, abs_tol=1e-12, **CLOSE)


def test_there_are_more_than_150_distinct_cards_and_each_unit_with_schedules_has_some():
    assert len({(card.question, card.numbers) for card in ALL}) == len(ALL) >= 150
    assert len({card.name for card in ALL}) == len(ALL)
    assert {"01", "04", "05", "07", "09", "11", "12"} <= {card.unit for card in ALL}


def test_every_card_has_distinct_options_each_with_its_own_explanation():
    for card in ALL:
        texts, whys = zip(*card.options)
        assert len(set(texts)) == len(texts) >= 3, card.name
        assert all(len(why) > 20 for why in whys) and len(set(whys)) == len(whys), card.name
        assert [why.startswith("Right: ") for why in whys] == [True] + [False] * (len(whys) - 1)


def test_the_values_of_schedules_are_right_and_every_wrong_one_is_what_it_is_said_to_be():
    for card in of("value"):
        t, text = re.search(r"at t = (\d+), when .* under (.*)\?$", card.question).groups()
        right, *wrong = card.options
        assert same(right.text, by_hand(text)(int(t))), card.name
        for option in wrong:
            assert not same(option.text, by_hand(text)(int(t))), card.name
            if found := re.match(r"(.*\)) has this rate at t = (\d+): it ", option.why):
                other, clock = found.groups()
            else:
                other, clock = text, re.search(r"at t = (\d+), one", option.why)[1]
            assert same(option.text, by_hand(other)(int(clock))), (card.name, option)


def test_the_rates_shown_belong_to_one_schedule_on_offer_only():
    for card in of("name"):
        shown = re.findall(r"t = (\d+): ([\d.e+-]*\d)", card.numbers)
        assert len(shown) == 8
        fits = [
            all(same(rate, by_hand(option.text)(int(t))) for t, rate in shown)
            for option in card.options
        ]
        assert fits == [True] + [False] * (len(fits) - 1), card.name
        for option in card.options[1:]:
            t, his, mine = re.search(
                r"At t = (\d+) it has (.*), and the rate is (.*)\.$", option.why
            ).groups()
            assert same(his, by_hand(option.text)(int(t))) and (t, mine) in shown, card.name


def test_a_recorded_run_obeys_the_rule_of_the_right_option_alone():
    for card in of("fault"):
        run = runs()[int(re.search(r"run (\d+) ", card.question)[1])]
        assert run is card.run and card.numbers == run.in_words()
        fits = [shows(run, option.text) for option in card.options]
        assert fits == [True] + [False] * (len(fits) - 1), card.name


def test_no_card_gives_away_a_run_that_a_unit_asks_for_points():
    asked = cards.graded_runs()
    assert len(asked) >= 40
    assert not asked & {int(re.search(r"run (\d+) ", c.question)[1]) for c in of("fault")}


def descend(curvatures, rate, mu, steps):
    """The loss after some updates, one coordinate after the other."""
    loss = 0.0
    for c in curvatures:
        w, v = 1.0, 0.0
        for _ in range(steps):
            v = mu * v + c * w
            w -= rate * v
        loss += c * w * w / 2
    return loss


def test_losses_are_in_the_order_of_the_right_option():
    for card in of("order"):
        steps = int(re.search(r"takes (\d+) updates", card.question)[1])
        bowl = re.search(r"curvatures? (.*), from 1", card.question)[1]
        curvatures = [float(c) for c in bowl.split(" and ")]
        fixed = re.search(r"^Momentum with rate ([\d.e-]+) ", card.question)

        def loss(name, *, fixed=fixed, curvatures=curvatures, steps=steps):
            number = float(name.split()[-1])
            rate, mu = (float(fixed[1]), number) if fixed else (number, 0.0)
            return descend(curvatures, rate, mu, steps)

        for n, option in enumerate(card.options):
            losses = [loss(name) for name in option.text.split(", ")]
            assert (losses == sorted(losses)) == (n == 0), card.name
            for name, said in re.findall(r"((?:rate|mu =) [\d.]+)(?: has loss|:) ([\d.e+-]+\d)",
                                         option.why.split("; ")[0]):  # fmt: skip
                assert same(said, loss(name)), (card.name, name)


def walk(text, lr, g, steps):
    """How far equal gradients move a parameter, in plain arithmetic."""
    name, given = text.split("(", 1)
    number = {key: float(value) for key, value in re.findall(r"(\w+)=([\d.e-]+\d)", given)}
    v = w = square = 0.0
    for t in range(1, steps + 1):
        if name in ("Momentum", "Nesterov"):
            v = number["mu"] * v + g
            w += lr * (v if name == "Momentum" else g + number["mu"] * v)
        elif name == "AdaGrad":
            w += lr * g / math.sqrt(t * g * g)
        elif name == "RMSprop":
            square = number["rho"] * square + (1 - number["rho"]) * g * g
            w += lr * g / math.sqrt(square)
        else:
            w += {"SGD": lr * g, "Adam": lr}[name]
    return w


def test_moves_of_update_rules_are_right_for_every_option():
    for card in of("move"):
        g, steps, lr, rule = re.search(
            r"parameter is (.*) at each of (\d+) updates with rate ([\d.]+)\. .* under (.*)\?",
            card.question,
        ).groups()
        right, *wrong = card.options
        assert same(right.text, walk(rule, float(lr), float(g), int(steps))), card.name
        for option in wrong:
            other = option.why.split(" moves it this far")[0]
            assert same(option.text, walk(other, float(lr), float(g), int(steps))), card.name


def test_the_right_option_stands_in_every_place_and_moves_between_showings():
    places = [card.shuffled(time)[1] for card in ALL for time in range(2)]
    assert all(places.count(place) > len(places) / 6 for place in range(4))
    card = ALL[0]
    assert len({card.shuffled(time)[1] for time in range(9)}) > 2
    options, place = card.shuffled(3)
    assert options[place] == card.options[0] and set(options) == set(card.options)
