import { bytes, duration } from '../base/format';
import { ErrorNote, Facts, Skeleton } from '../base/parts';
import { useLocale, useWords } from '../base/settings';
import { useResource } from '../base/use_resource';
import { paths, type Status } from './api';
import { SettingsFrame } from './settings_frame';
import { webWords } from './words';

export default function Settings() {
  const w = useWords(webWords).settings, locale = useLocale(), { data, error, loading, reload } = useResource<Status>(paths.status);
  return <SettingsFrame title={w.system}><ErrorNote error={error} retry={reload} />{loading && <Skeleton what={w.system} rows={2} />}
    {data && <div className="card"><Facts facts={[[w.version, data.version], [w.uptime, duration(data.uptime_s, locale)], [w.disk, bytes(data.data_free_bytes)]]} /></div>}
    <p><a href="/api/v1/openapi.json">{w.openapi}</a></p></SettingsFrame>;
}
