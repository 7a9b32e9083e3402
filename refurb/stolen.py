"""What whoever scans a device that was said stolen reads at once: what to say first, and whom to tell."""

STILL_STOLEN = (
    "Cet appareil est dit volé. Il était seulement égaré\u00a0? Dites d’abord, sur sa page, «\u00a0Dire qu’il n’a pas"
    " été volé\u00a0»\u00a0: une fois réceptionné ou retrouvé, cela ne se dit plus. Sinon, prévenez le pilote."
)
"""Of a device that is looked for."""
WAS_STOLEN = "Il était dit volé, et le registre des incidents le garde\u00a0: prévenez le pilote qu’il est là."
"""Of one that a scan has just taken back in: nothing denies the theft any more."""
