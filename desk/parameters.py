"""From when « À faire » shows what waits or says that it is late, and from when the service itself goes wrong.

What the law says, or what a machine does, is not among them.
"""

from reference.parameters import parameter, parameter_family

PAGE = "Page «\u00a0À faire\u00a0»"
parameter_family(
    "todo",
    slug="seuils-d-a-faire",
    group=PAGE,
    title="Seuils de la page «\u00a0À faire\u00a0»",
    purpose="À partir de quand ce qui attend est montré, ou dit en retard. Ce que la loi fixe n’y est pas.",
)
parameter_family(
    "service",
    slug="seuils-du-service",
    group=PAGE,
    title="Seuils du service",
    purpose="À partir de quand le pilote est prévenu que le travail de fond est arrêté ou en retard, ou que la"
    " place manque sur le disque.",
)
parameter_family(
    "api",
    slug="cles-d-api",
    group="Comptes",
    title="Clés d’API",
    purpose="Combien de temps s’ouvre la clé d’un logiciel, et combien de temps avant sa fin elle est annoncée.",
)

QUIET_DAYS = parameter("todo.quiet_days", usual=60, unit="jours", label="Prescripteur sans activité depuis")
WAITED_DAYS = parameter("todo.waited_days", usual=90, unit="jours", label="Besoin qui attend depuis plus de")
DECIDED_DAYS = parameter("todo.decided_days", usual=3, unit="jours", label="Dérogation sans réponse, en retard après")
TOLD_DAYS = parameter("todo.told_days", usual=30, unit="jours", label="Réponse à une dérogation, affichée pendant")
FALLS_DAYS = parameter("todo.falls_days", usual=2, unit="jours", label="Réservation à remettre vite, avant sa fin")
RETURNED_DAYS = parameter("todo.returned_days", usual=15, unit="jours", label="Appareil rapporté, en retard après")
UNANSWERED_DAYS = parameter(
    "todo.unanswered_days", usual=20, unit="jours", label="Problème de connexion, en retard après"
)
UNCHOSEN_DAYS = parameter(
    "todo.unchosen_days", usual=15, unit="jours", label="Offre à choisir ou à transmettre vite, avant la clôture"
)
UNSCHEDULED_DAYS = parameter(
    "todo.unscheduled_days", usual=20, unit="jours", label="Demande acceptée par l’opérateur, sans date depuis"
)
BENCH_DAYS = parameter(
    "todo.bench_days", usual=60, unit="jours", label="Appareil resté au même point de l’atelier, en retard après"
)

SORTED_DAYS = parameter(
    "todo.sorted_days", usual=7, unit="jours", label="Fichier à trier ou inventaire en cours, en retard après"
)
SILENT_MINUTES = parameter(
    "service.silent_minutes", usual=5, unit="minutes", label="Travail de fond sans nouvelles depuis"
)
LATE_MINUTES = parameter("service.late_minutes", usual=15, unit="minutes", label="Tâche en retard de")
FREE_MEGABYTES = parameter(
    "service.free_megabytes",
    usual=1024,
    unit="Mo",
    label="Place libre attendue sur le disque",
    most=10_000_000,
)

API_KEY_DAYS = parameter("api.key_days", usual=365, unit="jours", label="Durée d’une clé d’API")
API_NOTICE_DAYS = parameter("api.notice_days", usual=30, unit="jours", label="Clé d’API annoncée avant sa fin")
