# ottla: completion for bash. Load it with: source <(ottla completion bash)
_ottla() {
    local cur words=("${COMP_WORDS[@]:0:COMP_CWORD+1}")
    cur=${COMP_WORDS[COMP_CWORD]}
    mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" __complete -- "${words[@]:1}" 2>/dev/null | cut -f1)
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == "<file>" ]] && mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}
complete -F _ottla ottla
