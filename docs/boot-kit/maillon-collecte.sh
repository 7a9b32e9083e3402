#!/bin/sh
# Maillon : lit ce que la machine dit d'elle-même, le range sur la clé sous son étiquette, et l'envoie s'il y a un réseau.
#
#   sh maillon-collecte.sh [ÉTIQUETTE]   lit cette machine ; demande l'étiquette si elle n'est pas donnée
#   sh maillon-collecte.sh --envoyer     envoie ce qui attend encore sur la clé
#
# Réglages, à côté du script, dans maillon.conf :
#   ADRESSE=https://maillon.exemple.fr   JETON=le jeton de dépôt de l'atelier   DOSSIER=/chemin (machines/ par défaut)
# Sans adresse ou sans jeton, tout reste sur la clé : déposez les fichiers depuis un poste, page « Déposer des fichiers ».
# Il faut les droits de root : sans eux, la machine dit peu d'elle-même.
set -u
umask 077

ici=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
conf=${MAILLON_CONF:-$ici/maillon.conf}
blocs=${MAILLON_BLOCS:-/sys/block}
journaux=${MAILLON_JOURNAUX:-}
demarre=${MAILLON_DEMARRE:-/proc/uptime}

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

# Les disques de la machine : ni la clé, ni un disque en USB, ni ce qui n'en est pas un ; smartctl ne lit pas l'eMMC.
disques() {
    for bloc in "$blocs"/*; do
        nom=$(basename "$bloc")
        case $nom in loop*|ram*|zram*|nbd*|mtd*|mmcblk*|sr*|fd*|dm-*|md*|nvme*c*n*|'*') continue ;; esac
        case $(readlink "$bloc") in */usb*) continue ;; esac
        dire "$nom"
    done
}

# Les dossiers où nwipe a pu écrire : celui que dit le réglage, sinon la racine (ShredOS) et celui d'où on l'a lancé.
dossiers() {
    if [ -n "$journaux" ]; then dire "$journaux"; return; fi
    printf '%s\n' / "${HOME:-/root}" /root /var/log "$PWD" "$ici" | sort -u
}

# Un journal écrit avant le démarrage est celui d'une autre machine, resté sur la clé.
d_ici() {
    depuis=$(sed 's/[. ].*//' "$demarre" 2>/dev/null) && ecrit=$(date -r "$1" +%s 2>/dev/null) || return 0
    age=$(($(date +%s) - ecrit))
    [ "$age" -ge -120 ] && [ "$age" -le $((${depuis:-0} + 120)) ]
}

lire() {
    debut=$dossier/$1--$(date +%Y%m%d-%H%M%S)
    if a lshw; then lshw -json -quiet >"$debut--lshw.json.part" 2>/dev/null; garder "$debut--lshw.json" lshw
    else dire "  lshw manque sur cette clé"; fi
    if a dmidecode; then dmidecode >"$debut--dmidecode.txt.part" 2>/dev/null; garder "$debut--dmidecode.txt" dmidecode
    else dire "  dmidecode manque sur cette clé"; fi
    if a smartctl; then
        for nom in $(disques); do
            smartctl -j -i -H -A "/dev/$nom" >"$debut--smartctl-$nom.json.part" 2>/dev/null
            # Un disque qu'il n'a pas ouvert : seulement son message.
            grep -q -e '"model_name"' -e '"serial_number"' -e '"user_capacity"' "$debut--smartctl-$nom.json.part" ||
                : >"$debut--smartctl-$nom.json.part"
            garder "$debut--smartctl-$nom.json" "smartctl $nom"
        done
    else dire "  smartctl manque sur cette clé"; fi
    rang=0
    dossiers >"$dossier/.dossiers"
    while IFS= read -r ou; do
        for journal in "$ou"/nwipe*.log "$ou"/nwipe*.txt "$ou"/nwipe*.pdf; do
            [ -f "$journal" ] || continue
            d_ici "$journal" || { dire "  laissé, écrit avant le démarrage : $journal"; continue; }
            rang=$((rang + 1))
            cp "$journal" "$debut--nwipe-$rang.${journal##*.}.part" && garder "$debut--nwipe-$rang.${journal##*.}" nwipe
        done
    done <"$dossier/.dossiers"
    rm -f "$dossier/.dossiers"
    [ "$rang" -gt 0 ] || dire "  aucun journal de nwipe : s'il a effacé, déposez son journal depuis un poste"
}

# Vingt fichiers à la fois ; ce qui est parti est rangé dans envoyes/. Le jeton ne passe jamais par la ligne de commande.
envoyer() {
    if [ -z "$adresse" ] || [ -z "$jeton" ]; then dire "Pas d'adresse ou pas de jeton : tout reste sur la clé."; return 0; fi
    case $adresse in *@*) dire "Adresse refusée : ni nom ni mot de passe dedans."; return 1 ;; https://*|http://localhost|http://localhost:*|http://127.0.0.1|http://127.0.0.1:*) ;; *) dire "Adresse refusée : https:// seulement."; return 1 ;; esac
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
    # 200 : rien de nouveau, tout y était déjà ou n'est pas lu ; ce qui attend derrière part quand même.
    case $code in
        200|201) issue=0 ;;
        *) dire "Réponse : ${code:-aucune}"; issue=1 ;;
    esac
    [ ! -s "$reponse" ] || { sed -e 's/}, *{/\n/g' "$reponse"; dire ""; } |
        sed -n -e 's/.*"nom": "\([^"]*\)", "motif": "\([^"]*\)".*/  \1 : \2/p' -e 's/.*"erreur": "\([^"]*\)".*/  \1/p'
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

[ "$(id -u)" = 0 ] || dire "Sans les droits de root, la machine dit peu : relancez avec sudo."
dire "Machine $etiquette :"
lire "$etiquette"
sync
envoyer
sync
dire "Fini. Les fichiers sont dans $dossier."
