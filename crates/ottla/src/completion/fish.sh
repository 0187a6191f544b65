# ottla: completion for fish. Put it into ~/.config/fish/completions/ottla.fish
function __ottla_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (ottla __complete -- $words[2..-1] 2>/dev/null)
    if test (count $found) -eq 1; and test "$found[1]" = "<file>"
        __fish_complete_path (commandline -ct)
    else
        printf '%s\n' $found
    end
end
complete -c ottla -f -a '(__ottla_complete)'
