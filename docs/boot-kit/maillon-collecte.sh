#!/bin/sh
# Maillon : lit ce que la machine dit d'elle-même, le range sur la clé sous son étiquette, et l'envoie s'il y a un réseau.
#
#   sh maillon-collecte.sh [ÉTIQUETTE]   lit cette machine ; demande l'étiquette si elle n'est pas donnée
#   sh maillon-collecte.sh --envoyer     envoie ce qui attend encore sur la clé
#
# Réglages, à côté du script, dans maillon.conf :
#   ADRESSE=https://maillon.exemple.fr   JETON=le jeton de dépôt de l'atelier   DOSSIER=/chemin (machines/ par défaut)
# Sans adresse ou sans jeton, tout reste sur la clé : déposez les fichiers depuis un poste, page « Déposer des fichiers ».
set -u
umask 077

ici=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
conf=${MAILLON_CONF:-$ici/maillon.conf}
blocs=${MAILLON_BLOCS:-/sys/block}
journaux=${MAILLON_JOURNAUX:-/}

dire() { printf '%s\n' "$*"; }
regle() { [ -r "$conf" ] && sed -n "s/^[[:space:]]*$1=//p" "$conf" | tail -n 1 | tr -d '\r"'; }
a() { command -v "$1" >/dev/null 2>&1; }

adresse=$(regle ADRESSE)
adresse=${adresse%/}
jeton=$(regle JETON)
dossier=$(regle DOSSIER)
dossier=${dossier:-$ici/machines}
envoyes=$dossier/envoyes
mkdir -p "$envoyes" || { dire "Impossible d'écrire dans $dossier."; exit 1; }

# Garde ce qu'une commande a écrit ; un fichier vide ne dit rien.
garder() {
    if [ -s "$1.part" ]; then mv "$1.part" "$1"; dire "  $(basename "$1")"; else rm -f "$1.part"; dire "  rien : $2"; fi
}

lire() {
    debut=$dossier/$1--$(date +%Y%m%d-%H%M%S)
    if a lshw; then lshw -json -quiet >"$debut--lshw.json.part" 2>/dev/null; garder "$debut--lshw.json" lshw
    else dire "  lshw manque sur cette clé"; fi
    if a dmidecode; then dmidecode >"$debut--dmidecode.txt.part" 2>/dev/null; garder "$debut--dmidecode.txt" dmidecode
    else dire "  dmidecode manque sur cette clé"; fi
    if a smartctl; then
        for bloc in "$blocs"/*; do
            nom=$(basename "$bloc")
            case $nom in loop*|ram*|zram*|sr*|fd*|dm-*|md*|'*') continue ;; esac
            smartctl -j -i -H -A "/dev/$nom" >"$debut--smartctl-$nom.json.part" 2>/dev/null
            garder "$debut--smartctl-$nom.json" "smartctl $nom"
        done
    else dire "  smartctl manque sur cette clé"; fi
    rang=0
    for journal in "$journaux"/nwipe*.log "$journaux"/nwipe*.txt "$journaux"/nwipe*.pdf; do
        [ -f "$journal" ] || continue
        rang=$((rang + 1))
        cp "$journal" "$debut--nwipe-$rang.${journal##*.}.part" && garder "$debut--nwipe-$rang.${journal##*.}" nwipe
    done
}

# Vingt fichiers à la fois ; ce qui est parti est rangé dans envoyes/. Le jeton ne passe jamais par la ligne de commande.
envoyer() {
    if [ -z "$adresse" ] || [ -z "$jeton" ]; then dire "Pas d'adresse ou pas de jeton : tout reste sur la clé."; return 0; fi
    case $adresse in https://*|http://localhost*|http://127.0.0.1*) ;; *) dire "Adresse refusée : https:// seulement."; return 1 ;; esac
    a curl || { dire "curl manque : tout reste sur la clé."; return 1; }
    while :; do
        set --
        for fichier in "$dossier"/*--*; do
            [ -f "$fichier" ] || continue
            case $fichier in *.part) continue ;; esac
            set -- "$@" "$fichier"
            [ $# -lt 20 ] || break
        done
        [ $# -gt 0 ] || return 0
        envoi "$@" || { dire "Non envoyé : $# fichiers attendent dans $dossier."; return 1; }
        mv "$@" "$envoyes"/ || return 1
        dire "$# fichiers envoyés."
    done
}

envoi() {
    reponse=$dossier/.reponse
    {
        printf 'header = "Authorization: Bearer %s"\n' "$jeton"
        for fichier in "$@"; do printf 'form = "fichier=@%s"\n' "$fichier"; done
    } | curl --config - --silent --show-error --max-time 120 --output "$reponse" --write-out '%{http_code}' \
        "$adresse/depot-machines/" >"$reponse.code"
    code=$(cat "$reponse.code" 2>/dev/null)
    case $code in
        201) [ ! -s "$reponse" ] || grep -q '"motif"' "$reponse" && cat "$reponse" && dire ""; issue=0 ;;
        *) [ ! -s "$reponse" ] || cat "$reponse"; dire ""; dire "Réponse : ${code:-aucune}"; issue=1 ;;
    esac
    rm -f "$reponse" "$reponse.code"
    return $issue
}

if [ "${1:-}" = --envoyer ]; then envoyer; exit $?; fi

etiquette=${1:-}
while [ -z "$etiquette" ]; do
    printf "Étiquette de la machine : "
    read -r etiquette || exit 1
done
etiquette=$(printf '%s' "$etiquette" | tr ' /' '--' | tr -cd 'A-Za-z0-9._-')
[ -n "$etiquette" ] || { dire "Cette étiquette n'a ni lettre ni chiffre."; exit 1; }

dire "Machine $etiquette :"
lire "$etiquette"
envoyer
dire "Fini. Les fichiers sont dans $dossier."
