import { type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { type AuthenticatedRequest, type JwtOptions, heketiJwtStrategy, refusalOf } from './heketi-jwt.strategy.js';
import { type Principal, anybody } from './principal.js';

export interface AuthGuardOptions {
  /** null: authentication is off and everybody is the administrator. */
  readonly jwt: JwtOptions | null;
  /** Whether a request needs no token; asked after routing. */
  readonly isPublic: (request: AuthenticatedRequest) => boolean;
}

/** passport takes strategies as objects too, which its types do not say; a fresh one per request, as passport writes into it. */
function strategySource(jwt: JwtOptions): { readonly defaultStrategy: string } {
  const strategy = heketiJwtStrategy(jwt);
  return {
    get defaultStrategy() {
      return Object.create(strategy) as string;
    },
  };
}

/**
 * Lets a request in with a valid token and puts its Principal into `request.user`.
 * No strategy is registered with passport's global list, so that servers with different keys can share a process.
 * @throws AuthError
 */
@Injectable()
export class JwtAuthGuard extends AuthGuard() {
  constructor(private readonly guardOptions: AuthGuardOptions) {
    super(guardOptions.jwt === null ? { defaultStrategy: 'none' } : strategySource(guardOptions.jwt));
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context
      .switchToHttp()
      .getRequest<AuthenticatedRequest & { user?: Principal; authInfo?: unknown }>();
    if (this.guardOptions.isPublic(request)) return true;
    if (this.guardOptions.jwt === null) {
      request.user = anybody;
      return true;
    }
    try {
      return (await super.canActivate(context)) === true;
    } catch (error) {
      if (error instanceof UnauthorizedException) throw refusalOf(request.authInfo);
      throw error;
    }
  }
}
