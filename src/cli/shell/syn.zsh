#compdef TOOL
# Completion of TOOL for zsh. The values come from TOOL itself.
_TOOL() {
    local -a offered values shown
    local typed="${(j: :)words[1,CURRENT-1]} $QIPREFIX$IPREFIX$PREFIX"
    offered=("${(@0)$(_SYN_COMPLETE=zsh command TOOL "$typed" 2>/dev/null)}")
    if [[ $offered[1] == files ]]; then
        [[ $PREFIX == --*=* ]] && compset -P '--*='
        _files
        return
    fi
    local value display
    for value display in "${(@)offered[2,-1]}"; do
        [[ -n $value ]] || continue
        values+=("$value")
        shown+=("$display")
    done
    (( $#values )) || return 1
    compadd -l -V TOOL -d shown -a values
}
if [[ $funcstack[1] == _TOOL ]]; then
    _TOOL "$@"
else
    compdef _TOOL TOOL
fi
