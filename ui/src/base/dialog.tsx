// Dialogs on Radix: focus is kept inside, Escape closes, and on a phone they rise from the bottom edge.
import * as Radix from '@radix-ui/react-dialog';
import { X } from 'lucide-react';
import { useState, type FormEvent, type ReactNode } from 'react';
import { Button, ErrorNote, type ButtonProps } from './parts';
import { useWords } from './settings';
import { useAct } from './use_resource';
import { baseWords } from './words';

export function Dialog({ open, onOpenChange, title, hint, children, wide }: { open: boolean; onOpenChange: (open: boolean) => void; title: string; hint?: string; children: ReactNode; wide?: boolean }) {
  const w = useWords(baseWords);
  return <Radix.Root open={open} onOpenChange={onOpenChange}><Radix.Portal>
    <Radix.Overlay className="veil" />
    <Radix.Content className={`dialog${wide ? ' dialog-wide' : ''}`} {...(hint ? {} : { 'aria-describedby': undefined })}>
      <div className="dialog-head"><Radix.Title>{title}</Radix.Title><Radix.Close className="button button-quiet icon-only" aria-label={w.close}><X size={16} aria-hidden /></Radix.Close></div>
      {hint && <Radix.Description className="soft">{hint}</Radix.Description>}
      {children}
    </Radix.Content></Radix.Portal></Radix.Root>;
}

type FormProps = { trigger: ReactNode; title: string; hint?: string; submit: string; look?: ButtonProps['look']; triggerLook?: ButtonProps['look']; triggerLabel?: string; disabled?: boolean;
  act: (data: FormData) => Promise<unknown>; onDone?: () => void; children?: ReactNode; wide?: boolean };
/** A button that opens a form in a dialog; a refusal stands in the dialog, success closes it. */
export function FormDialog({ trigger, title, hint, submit, look = 'primary', triggerLook = 'plain', triggerLabel, disabled, act, onDone, children, wide }: FormProps) {
  const w = useWords(baseWords), [open, setOpen] = useState(false), { run, busy, error, clear } = useAct(act);
  const onSubmit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault(); event.stopPropagation();
    if (await run(new FormData(event.currentTarget))) { setOpen(false); onDone?.(); }
  };
  return <>
    <Button look={triggerLook} disabled={disabled} aria-label={triggerLabel} onClick={() => { clear(); setOpen(true); }}>{trigger}</Button>
    <Dialog open={open} onOpenChange={setOpen} title={title} hint={hint} wide={wide}>
      <form onSubmit={onSubmit} className="form">{children}<ErrorNote error={error} />
        <div className="dialog-acts"><Button onClick={() => setOpen(false)}>{w.cancel}</Button><Button look={look} type="submit" busy={busy}>{submit}</Button></div></form>
    </Dialog>
  </>;
}
