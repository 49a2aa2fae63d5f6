# SPDX-License-Identifier: MIT
# bash completion for skywitness(1). Ids of places, feeds and watch entries come from the configuration.

# The first column of a command's CSV rows, without the header.
_skywitness_ids() {
    local config=() index
    for ((index = 1; index < ${#COMP_WORDS[@]} - 1; index++)); do
        [[ ${COMP_WORDS[index]} == --config ]] && config=(--config "${COMP_WORDS[index + 1]}")
    done
    "${COMP_WORDS[0]}" "${config[@]}" --format csv "$@" 2>/dev/null | tail -n +2 | cut -d, -f1 | tr -d '\r"'
}

# Completes the last item of a list separated by commas.
_skywitness_list() {
    local typed=$1 before=
    shift
    [[ $typed == *,* ]] && before=${typed%,*},
    mapfile -t COMPREPLY < <(compgen -P "$before" -W "$*" -- "${typed##*,}")
    compopt -o nospace
}

_skywitness() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local commands="db watch feeds sightings visits explain claims coverage webhook backfill derive replay places help"
    local global="--config --db --format --help"
    local index word words=() options=""

    # The command's words: what is neither an option nor an option's value.
    for ((index = 1; index < COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        case $word in
        --config | --db | --format | --since | --until | --hex | --type | --place | --callsign | --state | --limit | \
            --grade | --days | --feed | --webhook | --country | --near | --ident | --runway | --output | -o | \
            --verdict | --as-of | --author | --from | --to | --claim | --jobs) ((index++)) ;;
        -*) ;;
        help) ;;
        *) words+=("$word") ;;
        esac
    done

    case "${words[0]:-} ${words[1]:-}" in
    "db retain") options="--days --ledger-days --quarantine-days --feed-hours-days --dry-run" ;;
    "watch "*) options="--feed" ;;
    "sightings "*) options="--since --until --hex --type --place --callsign --state --limit --doubtful" ;;
    "visits "*) options="--since --until --hex --type --place --callsign --state --limit --grade --superseded --doubtful" ;;
    "claims list") options="--verdict" ;;
    "claims assess") options="--as-of --due" ;;
    "claims export") options="--author" ;;
    "coverage "*) options="--since --until --refresh" ;;
    "webhook list") options="--state --webhook --limit" ;;
    "webhook replay") options="--webhook" ;;
    "backfill traces") options="--feed --whole-day --again --jobs" ;;
    "backfill "*) options="--from --to --claim --record --hex --again --jobs" ;;
    "derive "*) options="--since --until --hex --pending --dry-run" ;;
    "places import") options="--country --near --type --ident --runway --closed --output" ;;
    esac

    case $previous in
    --config | --output | -o)
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames
        return
        ;;
    --format)
        word="table json csv"
        [[ ${words[0]:-sightings} == @(sightings|visits) ]] && word+=" geojson kml gpx readsb"
        [[ ${words[0]:-} == explain ]] && word="table json"
        mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
        return
        ;;
    --place)
        mapfile -t COMPREPLY < <(compgen -W "$(_skywitness_ids places list)" -- "$current")
        return
        ;;
    --feed)
        mapfile -t COMPREPLY < <(compgen -W "$(_skywitness_ids feeds)" -- "$current")
        return
        ;;
    --state)
        word="open landed lost_low lost_high superseded"
        [[ ${words[0]:-} == visits ]] && word="provisional confirmed upgraded superseded"
        _skywitness_list "$current" "$word"
        return
        ;;
    --claim)
        mapfile -t COMPREPLY < <(compgen -W "$(_skywitness_ids claims list)" -- "$current")
        return
        ;;
    --verdict)
        word="corroborated consistent partly contradicted not_observed unverifiable pending untestable"
        mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
        return
        ;;
    --grade)
        mapfile -t COMPREPLY < <(compgen -W "A0 A1 A2 A3 A4" -- "$current")
        return
        ;;
    --type)
        [[ ${words[0]:-} == places ]] &&
            _skywitness_list "$current" large_airport medium_airport small_airport heliport seaplane_base balloonport
        return
        ;;
    --db | --since | --until | --from | --to | --jobs | --hex | --callsign | --limit | --days | --country | --near | --ident | --runway)
        return
        ;;
    esac

    if [[ $current == -* ]]; then
        [[ ${#words[@]} -eq 0 ]] && options="--version"
        mapfile -t COMPREPLY < <(compgen -W "$options $global" -- "$current")
        return
    fi
    case "${words[0]:-} ${words[1]:-}" in
    " ") word=$commands ;;
    "db ") word="migrate status retain where" ;;
    "places ") word="list import" ;;
    "backfill ") word="traces adsb.lol" ;;
    "claims ") word="import list show assess export" ;;
    "claims show" | "claims assess" | "claims export") word=$(_skywitness_ids claims list) ;;
    "coverage ") word=$(_skywitness_ids places list) ;;
    "webhook ") word="list test replay enable secret" ;;
    "explain ") word="sighting visit assessment alert" ;;
    "explain sighting") word=$(_skywitness_ids sightings --limit 200) ;;
    "explain visit") word=$(_skywitness_ids visits --limit 200) ;;
    "replay "* | "places import" | "claims import" | "backfill traces")
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames
        return
        ;;
    *) word="" ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$word" -- "$current")
}
complete -F _skywitness skywitness
