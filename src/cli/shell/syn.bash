# Completion of TOOL for bash. The values come from TOOL itself.
_FUNCTION() {
    local line offered=()
    COMPREPLY=()
    while IFS= read -r line; do
        offered+=("$line")
    done < <(_SYN_COMPLETE=bash command TOOL "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" "$COMP_TYPE" 2>/dev/null)
    case ${offered[0]-} in
    files) compopt -o default 2>/dev/null ;;
    part) compopt -o nospace 2>/dev/null ;;
    esac
    COMPREPLY=("${offered[@]:1}")
}
complete -o nosort -F _FUNCTION TOOL 2>/dev/null || complete -F _FUNCTION TOOL
