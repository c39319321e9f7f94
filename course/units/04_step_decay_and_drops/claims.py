"""What this unit and its guide page state, each with what shows it."""

QUOTED = [
    (
        "it collapses within twenty updates, to less than a tenth",
        "across[320] < across[300] / 10",
    ),
    (
        "progress just becomes **ten times slower**",
        "6 < np.log(along[0] / along[300]) / np.log(along[300] / along[600]) < 13",
    ),
    ("0.165 to 0.005 in 20 updates", "abs(across[[300, 320]] - [0.165, 0.005]).max() < 1e-3"),
    (
        "(In the mean 0.196: between *no drop*, 0.214, and *late*, 0.158.)",
        "np.allclose([np.mean([r.validation_losses[-1] for r in run_all(s, noisy)])"
        " for s in (drop_at(300), 0.5, drop_at(1200))], [0.196, 0.214, 0.158], atol=0.01)",
    ),
    (
        "from 1.5, early ends at 1.7 and late at 2.3",
        "(lambda early, late: early < 2.0 < late)(*(np.mean([r.validation_losses[-1]"
        " for r in run_all(schedules.ScheduledDrop(1.5, [t], 0.1))]) for t in (300, 1200)))",
    ),
    (
        "on seven right versions and on eleven wrong ones",
        "'11 of 11 wrong versions' in str(check(tests_for_scheduled_drop))"
        " and len(__import__('autograders.declare.catalogue', fromlist=['find'])"
        ".find('scheduled_drop').right_versions()) == 7",
    ),
    ("nothing plunges", "along[320] > 0.95 * along[300]"),
    ("16: fifteen full batches", "epochs_to_steps(1, 1000, 64) == 16"),
    ("0.9 · 1512 is 1360.8", "abs(0.9 * 1512 - 1360.8) < 1e-9"),
    (
        "with 1,512, one of the three drops is missing",
        "abs(rates_with_shares(0.5, (0.5, 0.75, 0.9), 0.1, 1512)[-1] - 0.005) < 1e-12",
    ),
    (
        "*early* is far ahead of the same network without a cut",
        "curves['early'][:, 6].mean() < 0.75 * curves['no drop'][:, 6].mean()",
    ),
    (
        "At the end it is *behind*, in all five seeds",
        "(curves['early'][:, -1] > curves['late'][:, -1]).all()",
    ),
    (
        "ends, on average, about level with the late drop",
        "abs(curves['no drop'][:, -1].mean() / curves['late'][:, -1].mean() - 1) < 0.1",
    ),
    (
        "not a lower mean but a narrower spread",
        "np.ptp(curves['late'][:, -1]) < 0.6 * np.ptp(curves['no drop'][:, -1])",
    ),
    ("fits its training images almost perfectly", "runs['no drop'][0].final_loss < 0.02"),
    (
        "now every run with the late drop ends below every run without one",
        "stay['late'].max() < stay['no drop'].min()",
    ),
    (
        "(b) plunges, by a third or so",
        "0.6 < curves['early'][:, 6].mean() / curves['early'][:, 5].mean() < 0.73"
        " and curves['no drop'][:, 6].mean() > curves['no drop'][:, 5].mean()",
    ),
    (
        "0.15 is near the limit of 0.2, where unit 03's floor grows faster than the rate",
        "0.15 / (2 - 1.5) > 2 * 10 * 0.015 / (2 - 0.15)",
    ),
    (
        "the staircase clearly beats the smooth curve",
        "finals['staircase'].max() < 0.7 * finals['smooth, same ends'].min()",
    ),
    (
        "and a straight line beats both",
        "finals['straight, same ends'].max() < finals['staircase'].min()",
    ),
    (
        "Same total: a draw",
        "abs(finals['staircase'].mean() / finals['smooth, same total'].mean() - 1) < 0.1",
    ),
    (
        "0.084 against 0.138 without a drop",
        "abs(curves['early'][:, 6].mean() - 0.084) < 0.004"
        " and abs(curves['no drop'][:, 6].mean() - 0.138) < 0.02",
    ),
    (
        "0.068, against 0.043 for the late drop",
        "abs(curves['early'][:, -1].mean() - 0.068) < 0.002"
        " and abs(curves['late'][:, -1].mean() - 0.043) < 0.002",
    ),
    (
        "(0.063 to 0.072 against 0.039 to 0.049)",
        "np.allclose([f(curves[n][:, -1]) for n in ('early', 'late') for f in (min, max)],"
        " [0.063, 0.072, 0.039, 0.049], atol=0.003)",
    ),
]
