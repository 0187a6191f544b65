#compdef ottla
# ottla: completion for zsh. Put it into a dir of $fpath: ottla completion zsh > ~/.zfunc/_ottla
_ottla() {
    local -a lines named
    lines=("${(@f)$(${words[1]} __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ ${#lines} -eq 1 && ${lines[1]} == "<file>" ]]; then
        _files
        return
    fi
    local line
    for line in $lines; do
        named+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done
    _describe 'ottla' named
}
if [[ ${funcstack[1]} == _ottla ]]; then _ottla "$@"; else compdef _ottla ottla; fi
