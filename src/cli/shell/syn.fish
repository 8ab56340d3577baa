# Completion of TOOL for fish. The values come from TOOL itself.
function __FUNCTION_offered
    set -l offered (_SYN_COMPLETE=fish command TOOL (commandline -cp | string collect) 2>/dev/null)
    if test "$offered[1]" = files
        set -l token (commandline -ct)
        set -l option (string match -r -- '^--[^=]+=' $token)
        for path in (__fish_complete_path (string replace -- "$option" '' $token))
            printf '%s\n' "$option$path"
        end
    else if set -q offered[2]
        printf '%s\n' $offered[2..]
    end
end
complete -c TOOL -f -k -a '(__FUNCTION_offered)'
