"""What unit 02 and its guide page state, and when it is true."""

QUOTED = [
    (
        "at rate 0.9, gradient descent from almost any start ... - (a) converges, crossing over at"
        " every step - (b) diverges",
        "contraction(0.9, np.array([[2.0, 1], [1, 2]])) > 1",
    ),
    (
        "For $v = (2, 1)$ it gives $(12, 6) = 6 v$, and for $v = (1, -2)$ it gives $(1, -2) = 1 v$",
        "(lambda M: (M @ [2, 1]).tolist() == [12, 6] and (M @ [1, -2]).tolist() == [1, -2])"
        "(np.array([[5, 2], [2, 2]]))",
    ),
    (
        "Three are not quite enough, four are",
        "0.8**3 > 0.5 > 0.8**4 and updates_needed(np.diag([1.0, 9.0]), 0.5) == 4",
    ),
    (
        "there, at $2/(\\lambda_{\\min} + \\lambda_{\\max})$, both keep the same share",
        "abs(abs(1 - 2 / 11) - abs(1 - 20 / 11)) < 1e-12",
    ),
    (
        "each step keeps $(\\kappa - 1)/(\\kappa + 1)$",
        "abs(contraction(best_fixed_lr(np.diag([1.0, 10.0])), np.diag([1.0, 10.0])) - 9 / 11)"
        " < 1e-12",
    ),
    (
        "\\approx 3.5\\,\\kappa$ updates",
        "abs(np.log(1000) / 2 - 3.5) < 0.05 and"
        " abs(np.log(1e-3) / np.log(1 - 2 / 1001) / 1000 - 3.5) < 0.06",
    ),
    (
        "has curvature 3, and the limit is 2/3",
        "abs(max_stable_lr(np.array([[2.0, 1], [1, 2]])) - 2 / 3) < 1e-12",
    ),
    (
        "so after ten rounds a start that leaned towards −10.7 still leans there",
        "history[10] < 0 and abs(history[40] - 12.5839) < 0.01",
    ),
    (
        "the log looks fine and the result is *negative*",
        "(lambda w, r: w > 10 and r < 0)"
        "(*watched_and_returned(np.array([1.0, 8, 1]) / np.sqrt(66)))",
    ),
    ("10.66/12.58 = 0.85", "round(10.6639 / 12.5839, 2) == 0.85"),
    (
        "at 0.99 of the predicted limit training is stable, at 1.01 it is lost",
        "all((r.diverged_at[:3] < 0).all() and (r.diverged_at[3:] >= 0).all()"
        " for r in results.values())",
    ),
    (
        "it takes hundreds of updates to show",
        "all(r.diverged_at[3] > 200 for r in results.values())",
    ),
    (
        "some 181 million updates. Standardised, 1,624",
        "[round(np.log(1e-3) / np.log(contraction(best_fixed_lr(t.hessian()), t.hessian())) / s)"
        " for t, s in zip(tasks.values(), (1e6, 1))] == [181, 1624]",
    ),
    (
        "Same patients, same model, same best loss",
        "abs(tasks['standardised'].loss(tasks['standardised'].minimiser()) - least) < 1e-6",
    ),
    (
        "Each alone helps by a factor of hundreds; only both together give 470",
        "all(100 < conditions['raw'] / conditions[n] < 1000"
        " for n in ('scaled, not centred', 'centred, not scaled'))"
        " and round(conditions['standardised']) == 470",
    ),
    (
        "moves with `s2`, one kind of it (0.90)",
        "round(np.corrcoef(patients.X[:, 4], patients.X[:, 5])[0, 1], 2) == 0.9",
    ),
    (
        "the nine others together explain 98 % of its variance",
        "round(1 - 1 / np.linalg.inv(np.corrcoef(patients.X.T))[4, 4], 2) == 0.98",
    ),
    (
        "half the limit is far ahead from the tenth update to the hundredth",
        "(above['standardised, half the limit'][10:100] * 10"
        " < above['standardised, best in the long run'][10:100]).all()",
    ),
    ("Leave `s1` out, and 47 remains", "round(conditions['without s1']) == 47"),
    (
        "(to 2 parts in 100 million)",
        "1.5e-8 < 1 - best_fixed_lr(tasks['raw'].hessian())"
        " / max_stable_lr(tasks['raw'].hessian()) < 2.5e-8",
    ),
    (
        "hardly leaves its start above 10,000",
        "above['raw, best in the long run'].min() > 10_000",
    ),
    (
        "with standardised features both end below 1",
        "all((np.diff(c) < 0).all() and c[-1] < 1"
        " for n, c in above.items() if n.startswith('standardised, half'))"
        " and above['standardised, best in the long run'][-1] < 1",
    ),
    (
        "0.9 of the limit overshot at every step and was stable",
        "1 - 0.9 * 2 < 0 and all(r.diverged_at[1] < 0 for r in results.values())",
    ),
    ("For softmax the limit at the start is 1.74", "round(2 / tops['softmax'], 2) == 1.74"),
    (
        "The network's limit is 1.34, and something is new: its lowest curvature is **negative**",
        "round(2 / tops['network'], 2) == 1.34 and -0.38 < lows['network'] < -0.36"
        " and abs(lows['softmax']) < 0.01",
    ),
    (
        "(curvature 73,592) limits it to 0.000027",
        "round(np.linalg.eigvalsh(tasks['raw'].hessian())[-1]) == 73592"
        " and 2.7e-5 < max_stable_lr(tasks['raw'].hessian()) < 2.75e-5",
    ),
    (
        "loses 0.000004 % of its distance at each step",
        "3.5e-8 < 1 - contraction(best_fixed_lr(tasks['raw'].hessian()), tasks['raw'].hessian())"
        " < 4.5e-8",
    ),
    (
        "the flattest one (0.0014)",
        "round(np.linalg.eigvalsh(tasks['raw'].hessian())[0], 4) == 0.0014",
    ),
    ("from 52 million to 470", "round(conditions['raw'] / 1e6) == 52"),
    (
        "ends at 12,047 above the least loss after 1,000 updates, half the limit at 365",
        "round(above['raw, best in the long run'][-1]) == 12047"
        " and round(above['raw, half the limit'][-1]) in (364, 365)",
    ),
    (
        "it moves to 0.497",
        "abs(max_stable_lr(tasks['standardised'].hessian()) - 0.497) < 5e-4",
    ),
]
