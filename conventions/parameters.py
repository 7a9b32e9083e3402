"""The numbers that conventions are held to: durations, notices, delays, the days of the reminders."""

from decimal import Decimal

from reference.parameters import parameter, parameter_family

parameter_family(
    "conventions",
    slug="regles-des-conventions",
    group="Conventions",
    title="Règles des conventions",
    purpose="Durées, préavis, délai de relecture, rappels avant la fin.",
    falls=(
        (
            "conventions.first_reminder_days",
            "conventions.second_reminder_days",
            "conventions.last_reminder_days",
        ),
    ),
)

SHORTEST_MONTHS = parameter("conventions.shortest_months", usual=1, unit="mois", label="Durée minimale")
LONGEST_YEARS = parameter("conventions.longest_years", usual=3, unit="ans", label="Durée maximale")
REVIEW_DAYS = parameter("conventions.review_working_days", usual=10, unit="jours ouvrés", label="Délai de relecture")
NOTICE_DAYS = parameter("conventions.notice_days", usual=90, unit="jours", label="Préavis de résiliation", least=0)
BREACH_NOTICE_DAYS = parameter(
    "conventions.breach_notice_days", usual=30, unit="jours", label="Délai après mise en demeure", least=0
)
END_TOLD_DAYS = parameter(
    "conventions.end_told_days",
    usual=10,
    unit="jours",
    label="Préavis ou mise en demeure à lire par les autres parties avant la fin",
    least=0,
)
END_LAPSE_DAYS = parameter(
    "conventions.end_lapse_days",
    usual=60,
    unit="jours",
    label="Préavis ou mise en demeure sans suite, après quoi ils ne comptent plus",
)
HANDING_OVER_DAYS = parameter(
    "conventions.handing_over_days", usual=90, unit="jours", label="Remises possibles après la fin", least=0
)
MAX_NONCONFORMITY = parameter(
    "conventions.max_nonconformity",
    usual=Decimal(5),
    unit="%",
    label="Taux maximal de non-conformité proposé",
    least=0,
)
FIRST_REMINDER_DAYS = parameter(
    "conventions.first_reminder_days", usual=180, unit="jours", label="Premier rappel avant la fin"
)
SECOND_REMINDER_DAYS = parameter(
    "conventions.second_reminder_days", usual=90, unit="jours", label="Deuxième rappel avant la fin"
)
LAST_REMINDER_DAYS = parameter(
    "conventions.last_reminder_days", usual=30, unit="jours", label="Dernier rappel avant la fin"
)
YEAR_ENDING_DAYS = parameter(
    "conventions.year_ending_days",
    usual=60,
    unit="jours",
    label="Dire les places à affecter avant la fin d’une année de convention",
)
SIGNATURE_DAYS = parameter(
    "conventions.signature_working_days", usual=15, unit="jours ouvrés", label="Délai de signature"
)
REFUSAL_ANSWER_DAYS = parameter(
    "conventions.refusal_answer_working_days",
    usual=10,
    unit="jours ouvrés",
    label="Délai pour répondre à un signataire qui ne signe pas",
)
REMIND_BEFORE_DAYS = parameter(
    "conventions.circuit_reminder_before_days",
    usual=3,
    unit="jours",
    label="Rappel d’un avis ou d’une signature avant l’échéance",
)
REMIND_AFTER_DAYS = parameter(
    "conventions.circuit_reminder_after_days",
    usual=5,
    unit="jours",
    label="Rappel d’un avis ou d’une signature en retard, tous les",
    least=0,
)
PASS_OVER_DAYS = parameter(
    "conventions.pass_over_days", usual=10, unit="jours", label="Passer outre un avis après l’échéance"
)
CONTEST_DAYS = parameter(
    "conventions.contest_days", usual=3, unit="jours", label="Délai pour contester une signature déposée"
)

REMINDERS = (FIRST_REMINDER_DAYS, SECOND_REMINDER_DAYS, LAST_REMINDER_DAYS)
